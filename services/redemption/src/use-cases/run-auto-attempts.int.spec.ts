import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CouponSnapshot } from '#contracts';
import {
  aGrant,
  anEarning,
  aPointName,
  couponFact,
  earningFact,
  eventually,
  grantFact,
  newId,
  aCoupon,
  pointNameFact,
} from '#testkit';
import { AutoWorld } from '../../test/auto-world.js';

const HOUR = 3_600_000;

let auto: AutoWorld;
beforeAll(async () => {
  auto = await AutoWorld.start(2);
});
afterAll(() => auto?.stop());

describe('a grant of an automatic coupon', () => {
  it('is redeemed once, by itself, and says so', async () => {
    const coupon = await auto.coupon();
    const { userId } = await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'done');
    const redemptions = await auto.rows('SELECT user_id, method, hops FROM redemption WHERE coupon_id = $1', [
      coupon.couponId,
    ]);
    expect(redemptions).toEqual([{ user_id: userId, method: 'auto', hops: 0 }]);
  });

  it('told three times, and again after all is forgotten but the attempt, is redeemed once', async () => {
    // Without a limit per user nothing but the attempt's own key and row keeps it to one.
    const coupon = await auto.coupon({ perUser: null });
    const grant = await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'done');
    const again = Array.from({ length: 3 }, () => grantFact(auto.tenantId, aGrant(grant)));
    await auto.world.namespace.produceAll('targeting.grant.v1', again);
    await auto.rows('DELETE FROM stored_answer WHERE tenant_id = $1', [auto.tenantId]);
    await auto.world.namespace.produceAll('targeting.grant.v1', again);
    const marker = await auto.grant(coupon);
    await eventually(async () => expect(await auto.attempts(coupon, marker.userId)).toHaveLength(1));
    await auto.eventuallyRedeemed(coupon, 2);
    expect(await auto.attempts(coupon, grant.userId)).toMatchObject([{ nth: 1, state: 'done' }]);
  });

  it('whose attempt was lost after the redemption finds the answer, and redeems nothing more', async () => {
    const coupon = await auto.coupon({ perUser: null });
    const { userId } = await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'done');
    await auto.rows(
      `UPDATE auto_attempt SET state = 'waiting', due_at = octopus_now() WHERE coupon_id = $1`,
      [coupon.couponId],
    );
    auto.nudge();
    await auto.eventuallyIs(coupon, 'done');
    expect(await auto.redemptions(coupon)).toBe(1);
    expect(await auto.attempts(coupon, userId)).toHaveLength(1);
  });

  it('that comes before the coupon waits for it', async () => {
    const coupon = aCoupon({ type: 'auto', availability: 'grant' });
    await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'blocked', `coupon/${coupon.couponId}`);
    await auto.world.snapshot(coupon);
    await auto.eventuallyRedeemed(coupon, 1);
  });

  it('that comes before a coupon which is not automatic owes nothing', async () => {
    const coupon = aCoupon({ type: 'click', availability: 'grant' });
    await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'blocked', `coupon/${coupon.couponId}`);
    await auto.world.namespace.produce('catalog.coupon.v1', couponFact(auto.tenantId, coupon));
    await eventually(async () => expect(await auto.attempts(coupon)).toEqual([]));
    expect(await auto.redemptions(coupon)).toBe(0);
  });

  it('of 500 users, twice each and with two processes at work, gives 500 redemptions', async () => {
    const coupon = await auto.coupon({ perUser: null });
    const facts = (
      await Promise.all(
        Array.from({ length: 500 }, async () => {
          const { couponId, channelId } = coupon;
          return grantFact(auto.tenantId, aGrant({ couponId, channelId, userId: newId() }));
        }),
      )
    ).flatMap((fact) => [fact, fact]);
    await auto.world.namespace.produceAll('targeting.grant.v1', facts);
    await auto.eventuallyRedeemed(coupon, 500);
    await eventually(async () => {
      const states = await auto.rows(
        'SELECT state, count(*)::integer AS n FROM auto_attempt WHERE coupon_id = $1 GROUP BY state',
        [coupon.couponId],
      );
      expect(states).toEqual([{ state: 'done', n: 500 }]);
    });
    expect(await auto.redemptions(coupon)).toBe(500);
  });
});

describe('further uses', () => {
  it('come at the end of each cooldown, up to the cap per user', async () => {
    const coupon = await auto.coupon({ perUser: 3, terms: { timeLimit: { amount: 2, unit: 'hours' } } });
    const { userId } = await auto.grant(coupon);
    try {
      for (const uses of [1, 2, 3]) {
        await auto.world.database.shiftClock((uses - 1) * 3 * HOUR);
        auto.nudge();
        await auto.eventuallyRedeemed(coupon, uses);
        await eventually(async () => {
          const nths = (await auto.attempts(coupon, userId)).map(({ nth, state }) => `${nth} ${state}`);
          expect(nths).toEqual(
            [
              ['1 done', '2 blocked'],
              ['1 done', '3 blocked'],
              ['1 done', '3 done'],
            ][uses - 1],
          );
        });
      }
      await auto.world.database.shiftClock(12 * HOUR);
      auto.nudge();
      expect(await auto.redemptions(coupon)).toBe(3);
    } finally {
      await auto.world.database.shiftClock(0);
    }
  });

  it('come at each window opening', async () => {
    const hour = new Date().getUTCHours();
    const clock = (hours: number): string => `${String((hour + hours + 24) % 24).padStart(2, '0')}:00`;
    const recurrence = { kind: 'daily', opensAt: clock(-1), closesAt: clock(2) } as const;
    const coupon = await auto.coupon({ perUser: 5, schedule: { timeZone: 'UTC', recurrence } });
    const { userId } = await auto.grant(coupon);
    await auto.eventuallyRedeemed(coupon, 1);
    await eventually(async () => expect(await auto.attempts(coupon, userId)).toHaveLength(2));
    const [, planned] = await auto.attempts(coupon, userId);
    // Due then, or earlier, as soon as the window moves.
    expect(planned).toMatchObject({ nth: 2, state: 'blocked' });
    expect(planned?.due_at.toISOString().slice(11, 16)).toBe(clock(-1));
    try {
      await auto.world.database.shiftClock(24 * HOUR);
      auto.nudge();
      await auto.eventuallyRedeemed(coupon, 2);
    } finally {
      await auto.world.database.shiftClock(0);
    }
  });

  it('are due at once when the time limit is taken away', async () => {
    const coupon = await auto.coupon({ perUser: 2, terms: { timeLimit: { amount: 300, unit: 'days' } } });
    const { userId } = await auto.grant(coupon);
    await auto.eventuallyRedeemed(coupon, 1);
    await eventually(async () => expect(await auto.attempts(coupon, userId)).toHaveLength(2));
    await auto.edit(coupon, { terms: { ...coupon.terms, timeLimit: null } });
    await auto.eventuallyRedeemed(coupon, 2);
  });
});

describe('a cap per user that is raised', () => {
  const twoHours = { timeLimit: { amount: 2, unit: 'hours' } } as const;
  const perUser = (coupon: CouponSnapshot, count: number | null): CouponSnapshot['terms'] => ({
    ...coupon.terms,
    maxRedemptionsPerUser: count,
  });
  const statesOf = async (coupon: CouponSnapshot, userId: string): Promise<string[]> =>
    (await auto.attempts(coupon, userId)).map(({ nth, state }) => `${nth} ${state}`);

  it('lets users who had reached it go on at the end of their cooldown', async () => {
    const coupon = await auto.coupon({ perUser: 1, terms: twoHours });
    const { userId } = await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'done');
    await auto.edit(coupon, { terms: perUser(coupon, 2) });
    await eventually(async () => expect(await statesOf(coupon, userId)).toEqual(['1 done', '2 blocked']));
    expect(await auto.redemptions(coupon)).toBe(1);
    try {
      await auto.world.database.shiftClock(3 * HOUR);
      auto.nudge();
      await auto.eventuallyRedeemed(coupon, 2);
      await eventually(async () => expect(await statesOf(coupon, userId)).toEqual(['1 done', '2 done']));
      await auto.world.database.shiftClock(12 * HOUR);
      auto.nudge();
    } finally {
      await auto.world.database.shiftClock(0);
    }
    expect(await auto.redemptions(coupon)).toBe(2);
  });

  it.each([
    ['while the coupon is disabled', { status: 'disabled' } as const],
    ['to unlimited', { status: 'active' } as const],
  ])('%s lets them go on, too', async (_, during) => {
    const coupon = await auto.coupon({ perUser: 1, terms: twoHours });
    const { userId } = await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'done');
    const raised = await auto.edit(coupon, { ...during, terms: perUser(coupon, null) });
    await auto.edit(raised, { status: 'active' });
    await eventually(async () => expect(await statesOf(coupon, userId)).toEqual(['1 done', '2 blocked']));
  });

  it('gives a coupon without cooldown and window no further use', async () => {
    const coupon = await auto.coupon({ perUser: 1 });
    const { userId } = await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'done');
    // Kept for 30 days only: it is not what keeps the first use from being made again.
    await auto.rows('DELETE FROM stored_answer WHERE tenant_id = $1', [auto.tenantId]);
    await auto.edit(coupon, { terms: perUser(coupon, 5) });
    await eventually(async () => {
      const rows = await auto.rows('SELECT at_cap FROM auto_attempt WHERE coupon_id = $1', [coupon.couponId]);
      expect(rows).toEqual([{ at_cap: null }]);
    });
    expect(await statesOf(coupon, userId)).toEqual(['1 done']);
    expect(await auto.redemptions(coupon)).toBe(1);
  });

  it('tries again what it had refused', async () => {
    const coupon = await auto.coupon({ perUser: 2, terms: twoHours });
    const { userId } = await auto.grant(coupon);
    await eventually(async () => expect(await statesOf(coupon, userId)).toEqual(['1 done', '2 blocked']));
    const lowered = await auto.edit(coupon, { terms: perUser(coupon, 1) });
    try {
      await auto.world.database.shiftClock(3 * HOUR);
      auto.nudge();
      await eventually(async () => expect(await statesOf(coupon, userId)).toEqual(['1 done', '2 closed']));
      await auto.edit(lowered, { terms: perUser(coupon, 2) });
      await auto.eventuallyRedeemed(coupon, 2);
    } finally {
      await auto.world.database.shiftClock(0);
    }
  });
});

describe('an attempt that waits for its time', () => {
  it('is redeemed when the coupon has started', async () => {
    const startAt = new Date(Date.now() + HOUR).toISOString();
    const coupon = await auto.coupon({ status: 'scheduled', schedule: { startAt } });
    await auto.grant(coupon);
    await eventually(async () => {
      const [row] = await auto.attempts(coupon);
      expect(row).toMatchObject({ state: 'waiting', due_at: new Date(startAt) });
    });
    try {
      await auto.world.database.shiftClock(HOUR + 60_000);
      auto.nudge();
      await auto.eventuallyIs(coupon, 'done');
    } finally {
      await auto.world.database.shiftClock(0);
    }
    expect(await auto.redemptions(coupon)).toBe(1);
  });
});

describe('an attempt that is refused for good', () => {
  it.each([
    ['sold_out', { max: 0, status: 'active' }],
    ['coupon_finished', { status: 'finished', finishedReason: 'archived' }],
    ['coupon_ended', { schedule: { endAt: '2020-01-01T00:00:00.000Z' } }],
  ] as const)('(%s) is closed', async (code, over) => {
    const { max, ...rest } = { max: null, ...over };
    const coupon = await auto.coupon({ ...rest, max: max === 0 ? 1 : null });
    if (max === 0) {
      await auto.grant(coupon);
      await auto.eventuallyRedeemed(coupon, 1);
    }
    const { userId } = await auto.grant(coupon);
    await eventually(async () => {
      expect(await auto.attempts(coupon, userId)).toMatchObject([{ state: 'closed', blocked_by: code }]);
    });
  });

  it('(the grant is over) is closed', async () => {
    const coupon = await auto.coupon({ terms: { validity: { amount: 1, unit: 'hours' } } });
    await auto.grant(coupon, newId(), { availableAt: new Date(Date.now() - 2 * HOUR).toISOString() });
    await auto.eventuallyIs(coupon, 'closed', 'grant_expired');
  });

  it('(the user has used it up) is closed', async () => {
    const coupon = await auto.coupon();
    const userId = newId();
    await auto.rows(
      `INSERT INTO coupon_usage (tenant_id, coupon_id, user_id, uses, last_at) VALUES ($1, $2, $3, 1, now())`,
      [auto.tenantId, coupon.couponId, userId],
    );
    await auto.grant(coupon, userId);
    await auto.eventuallyIs(coupon, 'closed', 'user_limit_reached');
  });
});

describe('a circle of automatic coupons that publication should have refused', () => {
  it('ends after eight automatic steps', async () => {
    const programmeId = newId();
    const [one, other] = [aPointName({ programmeId }), aPointName({ programmeId })];
    for (const name of [one, other])
      await auto.world.namespace.produce('catalog.point-name.v1', pointNameFact(auto.tenantId, name));
    const circle = (price: string, bonus: string) =>
      auto.coupon({
        perUser: null,
        terms: {
          timeLimit: { amount: 1, unit: 'minutes' },
          price: { pointNameId: price, amount: '5' },
          bonus: { pointNameId: bonus, amount: '5' },
        },
      });
    const coupons = [
      await circle(one.pointNameId, other.pointNameId),
      await circle(other.pointNameId, one.pointNameId),
    ];
    const userId = newId();
    for (const coupon of coupons) await auto.grant(coupon, userId);
    await eventually(async () => {
      for (const coupon of coupons) expect(await auto.attempts(coupon)).toMatchObject([{ state: 'blocked' }]);
    });
    const earned = anEarning({ userId, programmeId, pointNameId: one.pointNameId, points: '5' });
    await auto.world.namespace.produce('platform.points-earned.v1', earningFact(auto.tenantId, earned));
    try {
      // Each round of the circle is one cooldown later.
      await eventually(async () => {
        const rows = await auto.rows<{ n: number }>(
          `SELECT count(*)::integer AS n FROM redemption WHERE user_id = $1`,
          [userId],
        );
        const n = rows[0]?.n ?? 0;
        await auto.world.database.shiftClock(n * 120_000);
        auto.nudge();
        const closed = (await Promise.all(coupons.map((coupon) => auto.attempts(coupon, userId))))
          .flat()
          .filter(({ state }) => state === 'closed');
        expect(closed).toMatchObject([{ blocked_by: 'too_deep' }]);
      });
    } finally {
      await auto.world.database.shiftClock(0);
    }
    const hops = await auto.rows<{ hops: number }>(
      'SELECT hops FROM redemption WHERE user_id = $1 ORDER BY hops',
      [userId],
    );
    expect(hops.map((row) => row.hops)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
