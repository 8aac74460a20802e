import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { WalletCoupon } from '#contracts';
import type { Principal } from '#platform';
import { newId } from '#testkit';
import { type Replica, RedemptionWorld } from '../../test/redemption-world.js';
import { WalletRows } from '../../test/wallet-world.js';
import type { RedeemAnswer } from '../domain/answer.js';
import type { Coupon } from '../domain/coupon.js';
import { type Means, stepAt } from '../domain/means.js';
import { ExplainEligibility } from './explain-eligibility.js';
import { ListWallet } from './list-wallet.js';
import { SimulateEligibility } from './simulate-eligibility.js';
import { SubmitRedemption } from './submit-redemption.js';

const MINUTE = 60_000;

/** Instants are in minutes from now, far enough from it that no run is too slow. */
const often = (value: boolean) =>
  fc.oneof({ weight: 14, arbitrary: fc.constant(value) }, fc.constant(!value));
const perhaps = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 2 });

const someCoupon = fc.record({
  type: fc.constantFrom('click', 'time_based', 'qr', 'auto'),
  status: fc.constantFrom('active', 'active', 'active', 'active', 'scheduled', 'disabled'),
  startAt: perhaps(fc.constantFrom(-600, -600, -600, 90)),
  endAt: perhaps(fc.constantFrom(600, 600, 600, -90)),
  isOpen: perhaps(often(true)),
  audience: fc.constantFrom('followers', 'everyone'),
  availability: fc.constantFrom('rule', 'grant'),
  perUserCap: perhaps(fc.constantFrom(1, 2, 9)),
  timeLimit: perhaps(fc.constantFrom(60, 700)),
  validity: perhaps(fc.constantFrom(60, 700)),
  price: perhaps(fc.constantFrom(1n, 10n)),
  units: perhaps(fc.constantFrom(1, 5)),
  partnerUnits: fc.constantFrom(0, 5, 9),
  channelActive: often(true),
  partnerActive: often(true),
  max: perhaps(fc.constantFrom(4, 5, 9)),
  redeemed: fc.constantFrom(0, 4),
  hidden: fc.boolean(),
});
type SomeCoupon = typeof someCoupon extends fc.Arbitrary<infer Value> ? Value : never;

const somePerson = fc.record({
  following: often(true),
  uses: fc.constantFrom(0, 0, 1, 2),
  lastUse: fc.constantFrom(-650, -90),
  grant: fc.option(fc.record({ at: fc.constantFrom(-650, -30), revoked: often(false) }), {
    nil: null,
    freq: 5,
  }),
  balance: fc.constantFrom(0n, 9n, 10n, 500n),
});

describe('the list, the reasons and the redemption', () => {
  let world: RedemptionWorld;
  let replica: Replica;
  let rows: WalletRows;

  beforeAll(async () => {
    world = await RedemptionWorld.start();
    replica = await world.replica();
    rows = new WalletRows(world);
  });
  afterAll(() => world?.stop());

  const fromNow = (minutes: number) => Date.now() + minutes * MINUTE;
  const timeOfDay = (minutes: number) =>
    new Date(fromNow(minutes)).toLocaleTimeString('en-GB', { timeZone: 'Europe/Zagreb' }).slice(0, 5);

  function store({
    startAt,
    endAt,
    isOpen,
    timeLimit,
    validity,
    price,
    units,
    max,
    redeemed,
    ...same
  }: SomeCoupon) {
    const from = isOpen === true ? -120 : 120;
    return rows.coupon({
      ...same,
      channelId: newId(),
      startAt: startAt && fromNow(startAt),
      endAt: endAt && fromNow(endAt),
      recurrence:
        isOpen === null ? null : { kind: 'daily', opensAt: timeOfDay(from), closesAt: timeOfDay(from + 240) },
      timeLimitMs: timeLimit && timeLimit * MINUTE,
      validityMs: validity && validity * MINUTE,
      price: price && { pointNameId: newId(), amount: price, pointName: null },
      units: units === null ? null : { resource: 'MB', units },
      triggerId: units === null ? null : newId(),
      stock: { redeemed, max, finished: max !== null && redeemed >= max },
    });
  }

  /** How far the database's clock is ahead of this process', in milliseconds. */
  let ahead = 0;
  const setAhead = async (ms: number): Promise<void> => {
    ahead = ms;
    await world.database.shiftClock(ms);
  };

  function meansFor({ type, partnerId }: Coupon): Means {
    const cashier = { cashierId: newId(), storeId: newId(), partnerId: partnerId ?? '' };
    if (type === 'qr') return { kind: 'screen_code', step: stepAt(Date.now() + ahead), cashier };
    return type === 'auto' ? { kind: 'auto', grantId: newId(), hops: 0 } : { kind: 'button' };
  }

  function redeem(coupon: Coupon, userId: string): Promise<RedeemAnswer> {
    const { tenantId, couponId } = coupon;
    const means = meansFor(coupon);
    const keys = { reservationId: newId(), fingerprint: newId(), correlationId: 'test' };
    return replica.app.get(SubmitRedemption).run({ tenantId, couponId, userId, means, ...keys });
  }

  async function listed({ tenantId, channelId }: Coupon, userId: string): Promise<WalletCoupon | undefined> {
    const list = replica.app.get(ListWallet);
    const request = { tenantId, userId, after: null, limit: 5 };
    const page = await list.run({ ...request, channelId });
    const over = await list.run({ ...request, channelId: null });
    const ofChannel = over.items.filter((item) => item.channelId === channelId);
    expect(ofChannel).toEqual(page.items);
    return page.items[0];
  }

  it('say the same of any coupon and any user', async () => {
    const seen = new Set<string | undefined>();
    await fc.assert(
      fc.asyncProperty(someCoupon, somePerson, async (given, { lastUse, grant, ...known }) => {
        const coupon = await store(given);
        const userId = newId();
        await rows.person(coupon, userId, {
          ...known,
          lastAt: known.uses > 0 ? fromNow(lastUse) : null,
          grant: grant && { availableAt: fromNow(grant.at), revoked: grant.revoked },
        });
        const shown = await listed(coupon, userId);
        const why = await replica.app.get(ExplainEligibility).run(coupon.tenantId, userId, coupon.couponId);
        const answer = await redeem(coupon, userId);

        const codes = why?.failed.map(({ code }) => code) ?? [];
        expect(answer.kind === 'refused' ? answer.refusal.code : answer.kind).toBe(codes[0] ?? 'accepted');
        expect(why?.redeemable).toBe(answer.kind === 'accepted');
        expect(shown?.state.kind).toBe(stateOf(codes, given.hidden));
        seen.add(shown?.state.kind);

        if (shown?.state.kind === 'cooling_down') expect(shown.state.until).toBe(why?.failed[0]?.passesAt);
        if (shown?.state.kind === 'locked')
          expect(shown.state.pointsMissing).toBe(why?.failed[0]?.pointsMissing);
        if (answer.kind !== 'accepted') return;
        const after = await listed(coupon, userId);
        if (after !== undefined) expect(after.userRedemptions).toBe(answer.view.userRedemptions);
      }),
      { numRuns: 150 },
    );
    expect(seen.size).toBe(4);
  });

  it('say at an instant what "what if" said of it before', async () => {
    // No edge of any coupon or person above lies within minutes of these.
    const instant = fc.integer({ min: 0, max: 25 }).map((halfHours) => halfHours * 30 + 13);
    const owner = { role: 'tenant_admin', tenantId: world.tenantId, channels: [] } as unknown as Principal;
    const seen = new Set<boolean>();
    await fc.assert(
      fc.asyncProperty(someCoupon, somePerson, instant, async (given, { lastUse, grant, ...known }, at) => {
        const coupon = await store(given);
        const userId = newId();
        await rows.person(coupon, userId, {
          ...known,
          lastAt: known.uses > 0 ? fromNow(lastUse) : null,
          grant: grant && { availableAt: fromNow(grant.at), revoked: grant.revoked },
        });
        const said = await replica.app
          .get(SimulateEligibility)
          .run(owner, coupon.couponId, userId, fromNow(at));
        await setAhead(at * MINUTE);
        try {
          const shown = await listed(coupon, userId);
          const why = await replica.app.get(ExplainEligibility).run(coupon.tenantId, userId, coupon.couponId);
          const answer = await redeem(coupon, userId);
          expect(said.failed.map(({ code }) => code)).toEqual(why?.failed.map(({ code }) => code));
          expect(said.redeemable).toBe(answer.kind === 'accepted');
          expect(said.state?.kind).toBe(shown?.state.kind);
          seen.add(said.redeemable);
        } finally {
          await setAhead(0);
        }
      }),
      { numRuns: 100 },
    );
    expect(seen.size).toBe(2);
  });
});

/** The list's words for what a redemption would be refused for, in the order of the rules. */
function stateOf(codes: readonly string[], isHidden: boolean): string | undefined {
  const [first] = codes;
  if (first === undefined) return 'available';
  if (codes.some((code) => code !== 'cooling_down' && code !== 'points_short')) return undefined;
  if (isHidden && codes.includes('points_short')) return undefined;
  return first === 'cooling_down' ? 'cooling_down' : 'locked';
}
