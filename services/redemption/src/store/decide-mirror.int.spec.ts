import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Recurrence } from '#contracts';
import { newId } from '#testkit';
import { aKnownCoupon, RedemptionFixture, versionsOf } from '../../test/redemption-fixture.js';
import type { Coupon } from '../domain/coupon.js';
import { decide } from '../domain/decide.js';
import { evaluate } from '../domain/evaluate.js';
import { type Means, SCAN_BLOCK_MS, STEP_MS } from '../domain/means.js';
import { type Person, stranger } from '../domain/person.js';
import { ruleCodes } from '../domain/refusal.js';
import { RedemptionBatchStore } from './redemption-batch.store.js';

let fixture: RedemptionFixture;
let batches: RedemptionBatchStore;
beforeAll(async () => {
  fixture = await RedemptionFixture.open({ connections: 2 });
  await fixture.test.ownerPool().query(
    `CREATE OR REPLACE FUNCTION octopus_now() RETURNS timestamptz LANGUAGE sql VOLATILE
       AS $$ SELECT '${new Date(now).toISOString()}'::timestamptz $$`,
  );
  batches = new RedemptionBatchStore(fixture.database, { now: () => new Date(now) });
});
afterAll(() => fixture.close());

/** The database's clock stands still here, so that both sides decide at the same instant: at the turn of a step. */
const now = Date.UTC(2026, 10, 22, 12);
const nearNow = fc.integer({ min: -2, max: 2 }).map((ms) => now + ms);
/** Mostly what lets a redemption through, so that the rules behind are reached. */
const mostly = <T>(usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
const rarely = <T>(other: fc.Arbitrary<T>): fc.Arbitrary<T | null> => mostly<T | null>(null, other);

const window = fc.constantFrom(
  ...(['11:00-12:00', '11:00-12:01', '12:00-13:00', '12:01-13:00', '00:00-00:00'] as const),
);
const recurrence = fc.oneof(
  window.map((hours): Recurrence => ({ kind: 'daily', ...timesOf(hours) })),
  fc
    .record({ hours: window, weekdays: fc.constantFrom<number[]>([7], [6], [1, 7]) })
    .map(({ hours, weekdays }): Recurrence => ({ kind: 'weekly', weekdays, ...timesOf(hours) })),
);
function timesOf(hours: string): { opensAt: string; closesAt: string } {
  const [opensAt = '', closesAt = ''] = hours.split('-');
  return { opensAt, closesAt };
}

const [partnerId, otherPartnerId] = [newId(), newId()];
const points = (name: string) =>
  fc.record({ pointNameId: fc.constant(name), amount: fc.bigInt(1n, 4n), pointName: fc.constant(null) });
const [coin, token] = [newId(), newId()];

const randomCoupon = fc
  .record({
    type: fc.constantFrom(...(['click', 'time_based', 'qr', 'qr', 'auto'] as const)),
    status: mostly(
      'active' as const,
      fc.constantFrom(...(['scheduled', 'disabled', 'finished', 'draft', 'pending_approval'] as const)),
    ),
    finishedReason: fc.constantFrom(...([null, 'end_date', 'max_redemptions', 'archived'] as const)),
    channelActive: mostly(true, fc.constant(false)),
    partnerActive: mostly(true, fc.constant(false)),
    startAt: rarely(nearNow),
    endAt: rarely(nearNow),
    recurrence: rarely(recurrence),
    audience: fc.constantFrom(...(['followers', 'everyone'] as const)),
    availability: fc.constantFrom(...(['rule', 'rule', 'grant'] as const)),
    validityMs: fc.option(fc.constant(60_000)),
    printedGeneration: fc.constantFrom(null, 1, 2),
    perUserCap: fc.option(fc.integer({ min: 1, max: 3 })),
    timeLimitMs: fc.option(fc.constant(60_000)),
    price: fc.option(points(coin)),
    bonus: fc.option(fc.oneof(points(coin), points(token))),
    units: fc.option(fc.integer({ min: 1, max: 3 }).map((units) => ({ resource: 'MB', units }))),
    redeemed: fc.integer({ min: 0, max: 4 }),
    left: fc.option(fc.integer({ min: 0, max: 4 })),
    revision: fc.integer({ min: 1, max: 9 }),
    /** A void lowers the count of a finished coupon, which stays finished. */
    finished: mostly(false, fc.constant(true)),
  })
  .map(({ redeemed, left, revision, finished, recurrence: recurs, units, ...terms }) =>
    aKnownCoupon({
      ...terms,
      partnerId,
      units,
      triggerId: units && newId(),
      timeframe: recurs && {
        startAt: terms.startAt === null ? null : new Date(terms.startAt).toISOString(),
        endAt: terms.endAt === null ? null : new Date(terms.endAt).toISOString(),
        timeZone: 'UTC',
        recurrence: recurs,
      },
      stock: {
        redeemed,
        max: left === null || redeemed + left === 0 ? null : redeemed + left,
        revision,
        finished: finished && left !== null,
      },
    }),
  );

const step = now / STEP_MS;
const someStep = fc.oneof(
  { weight: 2, arbitrary: fc.constant(step) },
  { weight: 1, arbitrary: fc.constantFrom(step - 3, step - 2, step - 1, step + 1, step + 2) },
);
const cashier = mostly(partnerId, fc.constant(otherPartnerId)).map((of) => ({
  cashierId: newId(),
  storeId: newId(),
  partnerId: of,
}));
const codeMeans: fc.Arbitrary<Means> = fc.oneof(
  fc.record({
    kind: fc.constant('pass' as const),
    step: someStep,
    deviceTag: mostly(7, fc.constant(8)),
    cashier,
  }),
  fc.record({ kind: fc.constant('printed_code' as const), generation: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ kind: fc.constant('screen_code' as const), step: someStep, cashier }),
);
const anyMeans: fc.Arbitrary<Means> = fc.oneof(
  fc.constant({ kind: 'button' } as const),
  codeMeans,
  fc.record({ kind: fc.constant('auto' as const), grantId: fc.constant(newId()), hops: fc.nat(8) }),
);

const randomPerson: fc.Arbitrary<Person> = fc
  .record({
    following: mostly(true, fc.constant(false)),
    uses: fc.nat(3),
    lastAt: fc.constantFrom(now - 60_001, now - 60_000, now - 59_999, now + 1),
    grant: fc.option(
      fc.record({
        availableAt: fc.constantFrom(now - 60_000, now - 59_999, now - 1),
        revoked: mostly(false, fc.constant(true)),
      }),
      { freq: 5 },
    ),
    balance: fc.bigInt(0n, 5n),
    pass: fc.option(
      fc.record({
        deviceTag: fc.constant(7),
        validUntil: mostly(now + 1, fc.constant(now)),
        lastStep: fc.integer({ min: step - 3, max: step }),
        acceptedAt: fc.constantFrom(null, null, now - SCAN_BLOCK_MS, now - SCAN_BLOCK_MS + 1),
      }),
      { freq: 8 },
    ),
  })
  .map((person) => ({ ...person, lastAt: person.uses === 0 ? null : person.lastAt }));

interface Asking {
  readonly of: number;
  readonly person: Person;
  readonly fitting: boolean;
  readonly means: Means;
  readonly code: Means;
}
const randomAsking: fc.Arbitrary<Asking> = fc.record({
  of: fc.nat(1),
  person: randomPerson,
  fitting: mostly(true, fc.constant(false)),
  means: anyMeans,
  code: codeMeans,
});

interface Case {
  readonly coupons: readonly Coupon[];
  /** What their partner holds of the one resource. */
  readonly partnerUnits: number;
  readonly asked: readonly { readonly coupon: number; readonly person: Person; readonly means: Means }[];
}

/** Means that suit the coupon's type, unless it is to be another. */
function meansFor({ type }: Coupon, { fitting, means, code }: Asking): Means {
  if (!fitting) return means;
  if (type === 'qr') return code;
  return type === 'auto' ? { kind: 'auto', grantId: newId(), hops: 0 } : { kind: 'button' };
}

/** Only what the coupon asks about is read of a person; the rest is as of a stranger. */
function seenBy(coupon: Coupon, person: Person): Person {
  return {
    ...person,
    grant: coupon.availability === 'grant' ? person.grant : null,
    pass: coupon.type === 'qr' ? person.pass : null,
    balance: coupon.price === null ? 0n : person.balance,
  };
}

/**
 * What decide() says when the people come one after the other in one batch. A batch is decided on the coupons as they
 * stood at its start, and only the counts go along: who comes after the last unit is still told their own reason first.
 */
function decideInTurn({ coupons, partnerUnits, asked }: Case): unknown[] {
  const stocks = coupons.map(({ stock }) => stock);
  let left = partnerUnits;
  return asked.map(({ coupon: of, person, means }) => {
    const coupon = coupons[of] as Coupon;
    const stock = stocks[of] as Coupon['stock'];
    const state = { ...coupon, stock, partnerUnits: left };
    const decision = decide({ coupon: state, person }, means, now);
    const [first] = evaluate({ coupon: state, person, means }, now);
    expect(decision.accepted ? undefined : decision.refusal).toEqual(first?.refusal);
    if (!decision.accepted) return decision.refusal.code;
    stocks[of] = { ...decision.stock, finished: coupon.stock.finished };
    left = decision.partnerUnits;
    return { userRedemptions: decision.userRedemptions, stock: decision.stock };
  });
}

/** What the database says of the same people in one batch, and the stock that each winner's fact tells of. */
async function decideInDatabase({ coupons, partnerUnits, asked }: Case): Promise<unknown[]> {
  await Promise.all(coupons.map((coupon) => fixture.addCoupon(coupon)));
  const account = coupons[0]?.partnerId ?? '';
  if (partnerUnits > 0) await fixture.addUnits(account, 'MB', partnerUnits);
  const entries = await Promise.all(
    asked.map(async ({ coupon: of, person, means }) => {
      const coupon = coupons[of] as Coupon;
      const userId = newId();
      await fixture.addPerson(coupon, userId, person);
      return fixture.entry(coupon, userId, { means });
    }),
  );
  const done = await batches.redeem(entries, versionsOf(...coupons));
  const facts = await fixture.rows<{ key: string; stock: unknown }>(
    `SELECT key, payload->'stock' AS stock FROM outbox_fact WHERE topic = 'redemption.redemption.v1' AND key = ANY ($1)`,
    [entries.map(({ redemptionId }) => redemptionId)],
  );
  const [kept] = await fixture.rows<{ units: string }>(
    `SELECT units FROM addon_balance WHERE partner_id = $1`,
    [account],
  );
  const taken = done.entries.reduce((sum, { outcome }, place) => {
    const units = coupons[asked[place]?.coupon ?? 0]?.units?.units ?? 0;
    return sum + (outcome.kind === 'accepted' ? units : 0);
  }, 0);
  expect(Number(kept?.units ?? 0)).toBe(partnerUnits - taken);
  return done.entries.map(({ outcome }) => {
    if (outcome.kind === 'refused') return outcome.code;
    if (outcome.kind !== 'accepted') return outcome.kind;
    const { redemptionId, userRedemptions } = outcome.answer;
    return { userRedemptions, stock: facts.find(({ key }) => key === redemptionId)?.stock };
  });
}

describe('the database decides as decide() does', () => {
  it('for any coupons of one partner, any people, any means and any order', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(randomCoupon, randomCoupon),
        fc.integer({ min: 0, max: 8 }),
        fc.array(randomAsking, { minLength: 1, maxLength: 8 }),
        async (coupons, partnerUnits, askings) => {
          // Shrinking runs the same coupons again: they need rows of their own.
          const account = newId();
          const own = { tenantId: fixture.tenantId, partnerId: account };
          // An account is suspended as a whole.
          const partnerActive = coupons.every((coupon) => coupon.partnerActive);
          const fresh = coupons.map((coupon) => ({
            ...coupon,
            ...own,
            partnerActive,
            couponId: newId(),
            channelId: newId(),
          }));
          const asked = askings.map((asking) => {
            const coupon = fresh[asking.of] as Coupon;
            const means = ofAccount(meansFor(coupon, asking), account);
            return { coupon: asking.of, person: seenBy(coupon, asking.person), means };
          });
          const given = { coupons: fresh, partnerUnits, asked };
          const expected = decideInTurn(given);
          expected.forEach((one) => seen.add(typeof one === 'string' ? one : 'accepted'));
          expect(await decideInDatabase(given)).toEqual(expected);
        },
      ),
      { numRuns: 350 },
    );
    expect([...seen].sort()).toEqual(['accepted', ...ruleCodes].sort());
  });

  it('reads back what it decides on: the facts are the rows', async () => {
    const coupon = await fixture.addCoupon({
      type: 'qr',
      partnerId: newId(),
      startAt: now - 1,
      endAt: now + 1,
      perUserCap: 2,
      timeLimitMs: 60_000,
      validityMs: 120_000,
      availability: 'grant',
      price: { pointNameId: coin, amount: 9_007_199_254_740_993n, pointName: null },
      bonus: { pointNameId: token, amount: 2n, pointName: 'token' },
      triggerId: newId(),
      units: { resource: 'MB', units: 5 },
      partnerUnits: 8,
      printedGeneration: 3,
      channelActive: false,
      partnerActive: false,
      stock: { max: 3 },
    });
    await fixture.addPointName(token, 'token');
    const person: Person = {
      following: true,
      uses: 1,
      lastAt: now - 5,
      grant: { availableAt: now - 9, revoked: false },
      balance: 9_007_199_254_740_995n,
      pass: { deviceTag: -7, validUntil: now + 1, lastStep: 5, acceptedAt: now - 1 },
    };
    const userId = newId();
    await fixture.addPerson(coupon, userId, person);
    const facts = await fixture.facts.read(
      fixture.tenantId,
      [coupon.couponId],
      [fixture.entry(coupon, userId), fixture.entry(coupon, newId())],
    );
    expect(facts).toEqual({
      now,
      coupons: new Map([[coupon.couponId, coupon]]),
      entries: [
        { stored: undefined, person },
        { stored: undefined, person: stranger },
      ],
    });
  });
});

/** The means of a cashier of this account, where it was to be one of the coupon's partner. */
function ofAccount(means: Means, account: string): Means {
  if (!('cashier' in means) || means.cashier.partnerId !== partnerId) return means;
  return { ...means, cashier: { ...means.cashier, partnerId: account } };
}
