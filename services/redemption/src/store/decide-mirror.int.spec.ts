import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '#testkit';
import { aKnownCoupon, RedemptionFixture, versionsOf } from '../../test/redemption-fixture.js';
import type { Coupon, Person } from '../domain/coupon.js';
import { decide } from '../domain/decide.js';

let fixture: RedemptionFixture;
beforeAll(async () => {
  fixture = await RedemptionFixture.open({ connections: 2 });
});
afterAll(() => fixture.close());

/** The database's clock stands still here, so that both sides decide at the same instant. */
const now = Date.UTC(2026, 10, 22, 12);
const instantNearNow = fc.option(fc.integer({ min: -2, max: 2 }).map((ms) => now + ms));

const randomCoupon = fc
  .record({
    type: fc.constantFrom('click' as const, 'click' as const, 'click' as const, 'qr' as const),
    status: fc.constantFrom(
      ...(['scheduled', 'active', 'active', 'disabled', 'finished', 'draft', 'pending_approval'] as const),
    ),
    finishedReason: fc.constantFrom(...([null, 'end_date', 'max_redemptions', 'archived'] as const)),
    startAt: instantNearNow,
    endAt: instantNearNow,
    perUserCap: fc.option(fc.integer({ min: 1, max: 3 })),
    redeemed: fc.integer({ min: 0, max: 4 }),
    left: fc.option(fc.integer({ min: 0, max: 4 })),
    revision: fc.integer({ min: 1, max: 9 }),
    /** A void (later) lowers the count of a finished coupon, which stays finished. */
    finished: fc.boolean(),
  })
  .map(({ redeemed, left, revision, finished, ...terms }) =>
    aKnownCoupon({
      ...terms,
      tenantId: fixture.tenantId,
      stock: {
        redeemed,
        max: left === null || redeemed + left === 0 ? null : redeemed + left,
        revision,
        finished: finished && left !== null,
      },
    }),
  );

const randomPerson = fc.record({ following: fc.oneof(fc.constant(true), fc.boolean()), uses: fc.nat(3) });

interface Case {
  readonly coupon: Coupon;
  readonly people: readonly Person[];
}

/**
 * What decide() says when the people come one after the other in one batch. A batch is decided on the coupon as it stood
 * at its start, and only the count goes along: who comes after the last unit is still told their own reason first.
 */
function decideInTurn({ coupon, people }: Case): unknown[] {
  let { stock } = coupon;
  return people.map((person) => {
    const decision = decide({ coupon: { ...coupon, stock }, person }, { redeems: 'click' }, now);
    if (!decision.accepted) return decision.refusal.code;
    stock = { ...decision.stock, finished: coupon.stock.finished };
    return { userRedemptions: decision.userRedemptions, stock: decision.stock };
  });
}

/** What the database says of the same people in one batch, and the stock that each winner's fact tells of. */
async function decideInDatabase({ coupon, people }: Case): Promise<unknown[]> {
  await fixture.addCoupon(coupon);
  const users = people.map(() => newId());
  for (const [index, { following, uses }] of people.entries()) {
    const userId = users[index] as string;
    await fixture.addFollowers(coupon.channelId, [userId], following);
    if (uses > 0) await fixture.addUsage(coupon.couponId, userId, uses);
  }
  const entries = users.map((userId) => fixture.entry(coupon, userId));
  const done = await fixture.batches.redeem(entries, versionsOf(coupon));
  const facts = await fixture.rows<{ key: string; stock: unknown }>(
    `SELECT key, payload->'stock' AS stock FROM outbox WHERE topic = 'redemption.redemption.v1' AND key = ANY ($1)`,
    [entries.map(({ redemptionId }) => redemptionId)],
  );
  return done.entries.map(({ outcome }) => {
    if (outcome.kind === 'refused') return outcome.code;
    if (outcome.kind !== 'accepted') return outcome.kind;
    const { redemptionId, userRedemptions } = outcome.answer;
    return { userRedemptions, stock: facts.find(({ key }) => key === redemptionId)?.stock };
  });
}

describe('the database decides as decide() does', () => {
  it('for any coupon, any people and any order', async () => {
    await fixture.test.ownerPool().query(
      `CREATE OR REPLACE FUNCTION octopus_now() RETURNS timestamptz LANGUAGE sql VOLATILE
         AS $$ SELECT '${new Date(now).toISOString()}'::timestamptz $$`,
    );
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        randomCoupon,
        fc.array(randomPerson, { minLength: 1, maxLength: 5 }),
        async (coupon, people) => {
          // Shrinking runs the same coupon again: it needs rows of its own.
          const fresh = { coupon: { ...coupon, couponId: newId(), channelId: newId() }, people };
          const expected = decideInTurn(fresh);
          expected.forEach((one) => seen.add(typeof one === 'string' ? one : 'accepted'));
          expect(await decideInDatabase(fresh)).toEqual(expected);
        },
      ),
      { numRuns: 300 },
    );
    expect([...seen].sort()).toEqual([
      'accepted',
      'coupon_disabled',
      'coupon_ended',
      'coupon_finished',
      'coupon_not_found',
      'coupon_not_started',
      'coupon_wrong_type',
      'not_a_follower',
      'sold_out',
      'user_limit_reached',
    ]);
  });

  it('reads back what it decides on: the facts are the rows', async () => {
    const coupon = await fixture.addCoupon({
      startAt: now - 1,
      endAt: now + 1,
      perUserCap: 2,
      stock: { max: 3 },
    });
    const [userId = ''] = await fixture.followersOf(coupon, 1);
    await fixture.addUsage(coupon.couponId, userId, 1);
    const facts = await fixture.facts.read(
      fixture.tenantId,
      [coupon.couponId],
      [fixture.entry(coupon, userId), fixture.entry(coupon, newId())],
    );
    expect(facts).toEqual({
      now,
      coupons: new Map([[coupon.couponId, coupon]]),
      entries: [
        { stored: undefined, person: { following: true, uses: 1 } },
        { stored: undefined, person: { following: false, uses: 0 } },
      ],
    });
  });
});
