import { text } from 'node:stream/consumers';
import { passView, type PassView } from '#contracts';
import { rotatingCode } from '#qr-codes';

// What the phone shows: reads a pass (the answer of POST …/pass) from standard input and prints the code of this moment.
const pass = passOf(await text(process.stdin));
if (pass === undefined) {
  console.error(
    'Standard input holds no pass: pipe the answer of POST /v1/coupons/{couponId}/pass into `npm run --silent code`.',
  );
  process.exit(1);
}
const clockOffsetMs = Date.parse(pass.serverTime) - Date.now();
console.log((await rotatingCode(pass, Date.now(), clockOffsetMs)).code);

function passOf(input: string): PassView | undefined {
  try {
    return passView.safeParse(JSON.parse(input)).data;
  } catch {
    return undefined;
  }
}
