import type { PassView } from '#contracts';
import { rotatingCode } from '#qr-codes';
import { checkRedemptions, untilPublished } from '../measure/outcome.js';
import type { Program } from '../stage/program.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

const COUPONS_ON_THE_PAGE = 50;
const PAGE = 20;
/** As many phones as show their codes within one step. */
const PHONES = 4_000;
const PASSES_AT_A_TIME = 32;

/** The first page of a channel, by another user each time. */
export const walletList: Scenario = {
  id: 'wallet-list',
  prepare: async (stage) => {
    const program = await stage.oneRedemption();
    const channelId = await stage.coupons.channelPage(COUPONS_ON_THE_PAGE);
    return {
      plan: {
        ports: [program.port],
        connections: 64,
        method: 'GET',
        path: `/v1/wallet/coupons?channelId=${channelId}&limit=${PAGE}`,
        couponIds: [''],
        spread: 'one-after-another',
      },
      expected: '200',
      subject: program,
      programs: { node: [program.pid] },
      check: () => Promise.resolve([]),
    };
  },
};

/** Codes shown by phones, scanned at one till: read, verified, redeemed. */
export const scan: Scenario = {
  id: 'scan',
  prepare: async (stage) => {
    const program = await stage.oneRedemption();
    const { token } = await stage.partners.till();
    const couponId = await stage.coupons.shownByPhone();
    const passes = await passesOf(stage, program, couponId);
    const codes = await Promise.all(passes.map((pass) => rotatingCode(pass, Date.now(), 0)));
    return {
      plan: {
        ports: [program.port],
        connections: 64,
        path: `/v1/scans?couponId=${couponId}`,
        bodies: codes.map(({ code }) => JSON.stringify({ code })),
        token,
        maxRequests: codes.length,
        couponIds: [couponId],
        spread: 'one-after-another',
      },
      expected: '201',
      subject: program,
      programs: { node: [program.pid] },
      settle: () => untilPublished(stage),
      check: (result) => checkRedemptions(stage, [couponId], result),
    };
  },
};

async function passesOf({ people }: Stage, { port }: Program, couponId: string): Promise<PassView[]> {
  const passes: PassView[] = [];
  const left = people.tokens.slice(0, PHONES).entries();
  const phone = async (): Promise<void> => {
    for (const [place, token] of left) {
      const answer = await fetch(`http://127.0.0.1:${port}/v1/coupons/${couponId}/pass`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'idempotency-key': `pass-${couponId}-${place}`,
          'content-type': 'application/json',
        },
        body: '{}',
      });
      if (!answer.ok) throw new Error(`no pass: ${answer.status} ${await answer.text()}`);
      passes.push((await answer.json()) as PassView);
    }
  };
  await Promise.all(Array.from({ length: PASSES_AT_A_TIME }, phone));
  return passes;
}
