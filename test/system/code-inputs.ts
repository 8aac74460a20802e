import { newId } from '#testkit';
import type { Wrong, WrongInputs } from './wrong-input.js';

const codes: Wrong[] = [
  ['code', undefined, /required/],
  ['code', '', /at least 1/],
  ['code', 'A'.repeat(513), /at most 512/],
  ['code', 4006381333931, /must be/],
  ['code', null, /must be/],
  ['couponId', newId(), /not a field/],
];
const prints: Wrong[] = [
  ['renew', 'yes', /must be/],
  ['renew', 1, /must be/],
  ['generation', 2, /not a field/],
];
const nothing: Wrong[] = [['deviceId', newId(), /not a field/]];

/** Redemption's routes about codes. */
export const codeInputs: WrongInputs[] = [
  ['POST /redemption/v1/scans', { code: 'OC1P:' }, codes],
  ['POST /redemption/v1/code-redemptions', { code: 'OC1D:' }, codes],
  ['POST /redemption/v1/coupons/{couponId}/printed-code', { renew: false }, prints],
  ['POST /redemption/v1/coupons/{couponId}/screen-code', {}, nothing],
  ['POST /redemption/v1/coupons/{couponId}/pass', {}, nothing],
];
