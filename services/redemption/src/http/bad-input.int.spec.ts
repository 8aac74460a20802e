import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { problem, type ProblemCode, problemCodes } from '#contracts';
import { newId } from '#testkit';
import { type Asking, TillWorld } from '../../test/till-world.js';

const MINUTE = 60_000;
const INNARDS =
  /node_modules|\.[jt]s\b|\bat \w+ \(|SELECT|INSERT|\brelation\b|constraint|postgres|redis|kafka/i;
const large = { reason: 'x'.repeat(100_000) };

let tills: TillWorld;
beforeAll(async () => {
  tills = await TillWorld.start();
});
afterEach(() => tills.codes.thaw());
afterAll(() => tills?.stop());

type Rows = [what: string, code: ProblemCode, prepare: () => Promise<Asking>][];
type Over = Partial<Asking>;

/** The button of a coupon to click. */
async function pressed(over: (couponId: string) => Over = () => ({})): Promise<Asking> {
  const { couponId, user } = await tills.click();
  return { path: `coupons/${couponId}/redemptions`, claims: user, ...over(couponId) };
}
/** A phone at the till. */
async function shown(over: Over = {}, steps = 0): Promise<Asking> {
  return tills.scanned((await tills.phone()).pass, over, steps);
}
const abroad = (asking: Asking): Asking => ({
  ...asking,
  claims: { ...asking.claims, tenant: tills.abroad },
});
const by = (over: Partial<Asking['claims']>): Over => ({
  claims: { ...tills.cafe.cashier, ...over },
});
const told = async (first: Promise<Asking>, next: Promise<Asking>): Promise<Asking> => {
  const key = newId();
  await tills.accepted({ ...(await first), key });
  return { ...(await next), key };
};

const coupons: Rows = [
  [
    'an unknown coupon',
    'coupon_not_found',
    () => pressed(() => ({ path: `coupons/${newId()}/redemptions` })),
  ],
  ["another tenant's coupon", 'coupon_not_found', async () => abroad(await pressed())],
  [
    "a pass of another tenant's coupon",
    'coupon_not_found',
    async () => {
      const { couponId, user } = await tills.phone();
      return abroad({ path: `coupons/${couponId}/pass`, claims: user });
    },
  ],
  [
    'the button of a qr coupon',
    'coupon_wrong_type',
    async () => {
      const { couponId, user } = await tills.phone();
      return { path: `coupons/${couponId}/redemptions`, claims: user };
    },
  ],
  ['a pass of a click coupon', 'coupon_wrong_type', () => pressed((id) => ({ path: `coupons/${id}/pass` }))],
  [
    'a click coupon on the screen',
    'coupon_wrong_type',
    () => pressed((id) => ({ path: `coupons/${id}/screen-code`, ...by({}) })),
  ],
  [
    'a print of a click coupon',
    'coupon_wrong_type',
    () => pressed((id) => ({ path: `coupons/${id}/printed-code`, claims: tills.cafe.owner, body: {} })),
  ],
];

const keys: Rows = [
  ['no key', 'idempotency_key_missing', () => pressed(() => ({ key: null }))],
  ['no key at the till', 'idempotency_key_missing', () => shown({ key: null })],
  ['a key too long', 'idempotency_key_missing', () => pressed(() => ({ key: 'x'.repeat(201) }))],
  ['a key too long at the till', 'idempotency_key_missing', () => shown({ key: 'x'.repeat(201) })],
  ['an empty key', 'idempotency_key_missing', () => pressed(() => ({ key: '' }))],
  [
    'a key used with another body',
    'idempotency_key_reused',
    async () => {
      const asking = await pressed();
      return told(Promise.resolve(asking), Promise.resolve({ ...asking, body: {} }));
    },
  ],
  ['a key used with another code', 'idempotency_key_reused', () => told(shown(), shown())],
];

const codes: Rows = [
  [
    'an expired code',
    'code_expired',
    async () => {
      const asking = await shown();
      await tills.codes.freeze(Date.now() + 2 * MINUTE);
      return asking;
    },
  ],
  [
    'a replayed code',
    'code_replayed',
    async () => {
      const asking = await shown();
      await tills.accepted(asking);
      return asking;
    },
  ],
  [
    'a forged code',
    'code_invalid',
    async () => {
      const { pass } = await tills.phone();
      return tills.scanned({ ...pass, key: Buffer.alloc(32, 7).toString('base64url') });
    },
  ],
  ['what is no code', 'code_malformed', () => shown({ body: { code: '4006381333931' } })],
  ["another tenant's code", 'code_invalid', async () => abroad(await shown())],
  [
    'a code of another device',
    'code_other_device',
    async () => {
      const { couponId, user, pass } = await tills.phone();
      await tills.codes.passOf({ ...user, device: newId() }, couponId);
      return tills.scanned(pass);
    },
  ],
  [
    'a code for the other side',
    'code_wrong_scanner',
    async () => {
      const { user, pass } = await tills.phone();
      return tills.scanned(pass, { path: 'code-redemptions', claims: user });
    },
  ],
  [
    'a code of a finished coupon',
    'coupon_finished',
    async () => {
      const { couponId, pass } = await tills.phone();
      await tills.finish(couponId);
      return tills.scanned(pass);
    },
  ],
  [
    'a print of a finished coupon',
    'coupon_finished',
    async () => {
      const { couponId, user } = await tills.phone();
      const print = await tills.ask({
        path: `coupons/${couponId}/printed-code`,
        claims: tills.cafe.owner,
        body: {},
      });
      await tills.finish(couponId);
      return { path: 'code-redemptions', claims: user, body: { code: print.body['code'] } };
    },
  ],
  ['a phone two minutes ahead', 'code_ahead', () => shown({}, 4)],
  ['a phone two minutes behind', 'code_expired', () => shown({}, -4)],
];

const tillsOfOthers: Rows = [
  ['a cashier of another partner', 'other_partner', () => shown({ claims: tills.theirs.cashier })],
  [
    "a cashier at another partner's store",
    'store_not_allowed',
    () => shown(by({ store: tills.theirs.storeId })),
  ],
  [
    'a cashier of another partner who takes back',
    'redemption_not_found',
    async () => {
      const { body } = await tills.accepted(await shown());
      return { path: `redemptions/${String(body['redemptionId'])}/void`, claims: tills.theirs.cashier };
    },
  ],
];

const bodies: Rows = [
  ['a body too large', 'payload_too_large', () => pressed(() => ({ body: large }))],
  ['a body too large at the till', 'payload_too_large', () => shown({ body: { code: 'A'.repeat(100_000) } })],
  [
    'a body too large to take back',
    'payload_too_large',
    async () => ({ path: `redemptions/${newId()}/void`, claims: tills.cafe.cashier, body: large }),
  ],
];

describe('bad input', () => {
  it.each([...coupons, ...keys, ...codes, ...tillsOfOthers, ...bodies])(
    '%s has its own code, changes nothing and gives nothing away',
    async (...row) => {
      const [, code, prepare] = row;
      const asking = await prepare();
      const before = await tills.everything();
      const { status, headers, body } = await tills.ask(asking);
      expect([status, body['code']]).toEqual([problemCodes[code].status, code]);
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      problem.parse(body);
      // The caller sent the path; everything else is of our making.
      const text = JSON.stringify({ ...body, instance: '' });
      const { partnerId, cashierId } = tills.cafe;
      for (const secret of ['Secret espresso', tills.codes.tenantId, tills.abroad, partnerId, cashierId])
        expect(text).not.toContain(secret);
      expect(text).not.toMatch(INNARDS);
      expect(await tills.everything()).toEqual(before);
    },
  );

  it("says the same of another tenant's coupon as of one that is not there", async () => {
    const foreign = abroad(await pressed());
    const unknown = { ...foreign, path: `coupons/${newId()}/redemptions` };
    const answers = await Promise.all([foreign, unknown].map((asking) => tills.ask(asking)));
    const [one, other] = answers.map(({ body }) => ({ ...body, instance: '', correlationId: '' }));
    expect(one).toEqual(other);
  });
});
