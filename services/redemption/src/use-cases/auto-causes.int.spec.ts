import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CouponSnapshot } from '#contracts';
import { TenantDatabase } from '#platform';
import {
  aChannelSnapshot,
  anEarning,
  aPartnerProfile,
  aPointName,
  aPurchase,
  channelSnapshotFact,
  earningFact,
  eventually,
  grantFact,
  newId,
  partnerFact,
  pointNameFact,
  purchaseFact,
  revokeFact,
} from '#testkit';
import { AutoWorld } from '../../test/auto-world.js';
import { AutoAttemptStore } from '../store/auto-attempt.store.js';
import { AutoWakeStore } from '../store/auto-wake.store.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A daily window in UTC, so many hours from now on. */
function hoursFromNow(from: number, until: number) {
  const clock = (hours: number) => new Date(Date.now() + hours * HOUR).toISOString().slice(11, 16);
  return { kind: 'daily', opensAt: clock(from), closesAt: clock(until) } as const;
}

let auto: AutoWorld;
beforeAll(async () => {
  auto = await AutoWorld.start();
});
afterAll(() => auto?.stop());
afterEach(() => {
  jest.restoreAllMocks();
});

/** A blocked attempt of a coupon whose channel is still a draft. */
async function inDraftChannel(): Promise<CouponSnapshot> {
  const coupon = await auto.coupon({ channelStatus: 'draft' });
  await auto.grant(coupon);
  await auto.eventuallyIs(coupon, 'blocked', `channel/${coupon.channelId}`);
  return coupon;
}

function activate({ channelId, partnerId }: CouponSnapshot): Promise<unknown> {
  const fact = channelSnapshotFact(
    auto.tenantId,
    aChannelSnapshot({ channelId, partnerId: partnerId ?? newId() }),
  );
  return auto.world.namespace.produce('catalog.channel.v1', fact);
}

/** Not by coming due: by its cause. */
async function sleepsLong(coupon: CouponSnapshot): Promise<void> {
  const rows = await auto.rows(
    `SELECT FROM auto_attempt WHERE coupon_id = $1 AND state = 'blocked'
        AND due_at > octopus_now() + interval '4 minutes'`,
    [coupon.couponId],
  );
  expect(rows).toHaveLength(1);
}

describe('an attempt that was refused is redeemed', () => {
  it('when the channel becomes active', async () => {
    const coupon = await inDraftChannel();
    await sleepsLong(coupon);
    await activate(coupon);
    await auto.eventuallyIs(coupon, 'done');
  });

  it('when the account is no longer suspended', async () => {
    const coupon = await auto.coupon();
    const partner = aPartnerProfile({ partnerId: coupon.partnerId ?? '' });
    const suspended = partnerFact(auto.tenantId, { ...partner, active: false }, 1);
    await auto.world.namespace.produce('catalog.partner.v1', suspended);
    await eventually(async () => {
      const rows = await auto.rows('SELECT FROM partner WHERE partner_id = $1', [partner.partnerId]);
      expect(rows).toHaveLength(1);
    });
    await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'blocked', `partner/${coupon.partnerId}`);
    await sleepsLong(coupon);
    await auto.world.namespace.produce('catalog.partner.v1', partnerFact(auto.tenantId, partner, 2));
    await auto.eventuallyIs(coupon, 'done');
  });

  it('when the coupon is enabled again, and not by an edit before that', async () => {
    const coupon = await auto.coupon({ status: 'disabled' });
    await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'blocked', `coupon/${coupon.couponId}`);
    await sleepsLong(coupon);
    const edited = await auto.edit(coupon, { name: 'Another name' });
    expect(await auto.rows('SELECT FROM auto_wake WHERE cause = $1', [`coupon/${coupon.couponId}`])).toEqual(
      [],
    );
    await auto.edit(edited, { status: 'active' });
    await auto.eventuallyIs(coupon, 'done');
  });

  it('when the user returns, and not before', async () => {
    const coupon = await auto.coupon({ status: 'disabled' });
    const grant = await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'blocked', `coupon/${coupon.couponId}`);
    await auto.world.namespace.produce('targeting.grant.v1', revokeFact(auto.tenantId, grant));
    await eventually(async () => {
      const rows = await auto.rows('SELECT FROM user_grant WHERE coupon_id = $1 AND revoked', [
        coupon.couponId,
      ]);
      expect(rows).toHaveLength(1);
    });
    await auto.edit(coupon, { status: 'active' });
    await auto.eventuallyIs(coupon, 'blocked', `grant/${coupon.couponId}/${grant.userId}`);
    await sleepsLong(coupon);
    const back = grantFact(auto.tenantId, { ...grant, revived: true }, 3);
    await auto.world.namespace.produce('targeting.grant.v1', back);
    await auto.eventuallyIs(coupon, 'done');
  });

  it('when its channel has moved to a zone in which its window is open', async () => {
    const coupon = await auto.coupon({ schedule: { timeZone: 'UTC', recurrence: hoursFromNow(2, 4) } });
    await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'blocked', `window/${coupon.couponId}`);
    await auto.edit(coupon, { schedule: { ...coupon.schedule, timeZone: 'Africa/Nairobi' } });
    await auto.eventuallyRedeemed(coupon, 1);
  });

  it('planned for the next window, which opens earlier once the channel has moved', async () => {
    const schedule = { timeZone: 'UTC', recurrence: hoursFromNow(-1, 1) };
    const coupon = await auto.coupon({ perUser: 2, schedule });
    await auto.grant(coupon);
    await auto.eventuallyRedeemed(coupon, 1);
    const hoursUntilNext = async () => {
      const next = (await auto.attempts(coupon)).find(({ nth }) => nth === 2);
      return Math.round(((next?.due_at.getTime() ?? NaN) - Date.now()) / HOUR);
    };
    await eventually(async () => expect(await hoursUntilNext()).toBe(23));
    await auto.edit(coupon, { schedule: { ...coupon.schedule, timeZone: 'Africa/Nairobi' } });
    await eventually(async () => expect(await hoursUntilNext()).toBe(20));
    expect(await auto.redemptions(coupon)).toBe(1);
  });

  it('when enough points are credited to that user', async () => {
    const programmeId = newId();
    const pointName = aPointName({ programmeId });
    const { pointNameId } = pointName;
    await auto.world.namespace.produce('catalog.point-name.v1', pointNameFact(auto.tenantId, pointName));
    const coupon = await auto.coupon({ terms: { price: { pointNameId, amount: '10' } } });
    const { userId } = await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'blocked', `points/${userId}/${pointNameId}`);
    await sleepsLong(coupon);
    const earn = (points: string): Promise<string> =>
      auto.world.namespace.produce(
        'platform.points-earned.v1',
        earningFact(auto.tenantId, anEarning({ userId, programmeId, pointNameId, points })),
      );
    const naps = async (): Promise<number> => {
      const [row] = await auto.rows<{ naps: number }>('SELECT naps FROM auto_attempt WHERE coupon_id = $1', [
        coupon.couponId,
      ]);
      return row?.naps ?? 0;
    };
    await earn('4');
    await eventually(async () => expect(await naps()).toBe(2));
    await auto.eventuallyIs(coupon, 'blocked', `points/${userId}/${pointNameId}`);
    await earn('6');
    await auto.eventuallyIs(coupon, 'done');
    const balances = await auto.rows('SELECT balance FROM point_balance WHERE user_id = $1', [userId]);
    expect(balances).toEqual([{ balance: '0' }]);
  });

  it('when the account buys units', async () => {
    const trigger = { triggerId: newId(), cost: { resource: 'MB', units: 10 } };
    const coupon = await auto.coupon({ terms: { trigger } });
    const partnerId = coupon.partnerId ?? '';
    await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'blocked', `addon/${partnerId}/${trigger.cost.resource}`);
    await sleepsLong(coupon);
    const told = await auto.rows('SELECT used_up_told FROM addon_balance WHERE partner_id = $1', [partnerId]);
    expect(told).toEqual([{ used_up_told: true }]);
    const bought = aPurchase({ partnerId, bought: { ...trigger.cost, units: 10 } });
    await auto.world.namespace.produce('platform.addon.v1', purchaseFact(auto.tenantId, bought));
    await auto.eventuallyIs(coupon, 'done');
  });

  it('of a coupon that starts only after the channel does, when both have', async () => {
    const startAt = new Date(Date.now() + 60 * MINUTE).toISOString();
    const coupon = await auto.coupon({ channelStatus: 'draft', status: 'scheduled', schedule: { startAt } });
    await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'blocked', `channel/${coupon.channelId}`);
    await activate(coupon);
    await eventually(async () => {
      const [row] = await auto.attempts(coupon);
      expect(row).toMatchObject({ state: 'waiting', due_at: new Date(startAt) });
    });
    try {
      await auto.world.database.shiftClock(61 * MINUTE);
      await auto.eventuallyIs(coupon, 'done');
    } finally {
      await auto.world.database.shiftClock(0);
    }
  });
});

describe('no attempt sleeps for ever', () => {
  it('whose cause cleared, and was told of, between the refusal and its being written', async () => {
    const { app } = auto.replica;
    const store = app.get(AutoAttemptStore);
    const settle = store.settle.bind(store);
    const coupon = await auto.coupon({ channelStatus: 'draft' });
    let times = 0;
    jest.spyOn(store, 'settle').mockImplementation(async (tx, lease, settled) => {
      if (settled[0]?.attempt.couponId === coupon.couponId && (times += 1) === 1) {
        await auto.rows('UPDATE channel SET active = true WHERE channel_id = $1', [coupon.channelId]);
        // The note is read before there is anything to wake.
        await app.get(TenantDatabase).acrossTenants((other) => app.get(AutoWakeStore).wakeSome(other));
        await eventually(async () => expect(await auto.rows('SELECT FROM auto_wake')).toEqual([]));
      }
      return settle(tx, lease, settled);
    });
    await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'done');
    expect(times).toBe(2);
  });

  it('that reached a cap per user which was raised meanwhile', async () => {
    const { app } = auto.replica;
    const store = app.get(AutoAttemptStore);
    const settle = store.settle.bind(store);
    const coupon = await auto.coupon({ perUser: 1, terms: { timeLimit: { amount: 300, unit: 'days' } } });
    let times = 0;
    jest.spyOn(store, 'settle').mockImplementation(async (tx, lease, settled) => {
      if (settled[0]?.attempt.couponId === coupon.couponId && (times += 1) === 1) {
        await auto.edit(coupon, { terms: { ...coupon.terms, maxRedemptionsPerUser: 2 } });
        await eventually(async () => expect(await auto.rows('SELECT FROM auto_wake')).toEqual([]));
      }
      return settle(tx, lease, settled);
    });
    await auto.grant(coupon);
    await eventually(async () =>
      expect(await auto.attempts(coupon)).toMatchObject([{ state: 'done' }, { state: 'blocked' }]),
    );
  });

  it('whose planned next use was reckoned by a time limit that was edited meanwhile', async () => {
    const { app } = auto.replica;
    const store = app.get(AutoAttemptStore);
    const settle = store.settle.bind(store);
    const coupon = await auto.coupon({ perUser: 2, terms: { timeLimit: { amount: 300, unit: 'days' } } });
    let times = 0;
    jest.spyOn(store, 'settle').mockImplementation(async (tx, lease, settled) => {
      if (settled[0]?.attempt.couponId === coupon.couponId && (times += 1) === 1) {
        await auto.edit(coupon, { terms: { ...coupon.terms, timeLimit: null } });
        await eventually(async () => expect(await auto.rows('SELECT FROM auto_wake')).toEqual([]));
      }
      return settle(tx, lease, settled);
    });
    await auto.grant(coupon);
    await auto.eventuallyRedeemed(coupon, 2);
  });

  it('whose cause was missed altogether: it is tried again after a while', async () => {
    const coupon = await inDraftChannel();
    const client = await auto.world.database.ownerPool().connect();
    try {
      await client.query('BEGIN');
      await client.query("SELECT set_config('octopus.tenant_id', $1, true)", [auto.tenantId]);
      await client.query('UPDATE channel SET active = true WHERE channel_id = $1', [coupon.channelId]);
      const { rowCount } = await client.query('DELETE FROM auto_wake WHERE cause = $1', [
        `channel/${coupon.channelId}`,
      ]);
      expect(rowCount).toBe(1);
      await client.query('COMMIT');
    } finally {
      client.release();
    }
    expect(await auto.redemptions(coupon)).toBe(0);
    try {
      await auto.world.database.shiftClock(11 * MINUTE);
      await auto.eventuallyIs(coupon, 'done');
    } finally {
      await auto.world.database.shiftClock(0);
    }
  });
});

describe('what clears a cause', () => {
  it('is noted only if its transaction commits', async () => {
    const coupon = await inDraftChannel();
    const client = await auto.world.database.ownerPool().connect();
    try {
      await client.query('BEGIN');
      await client.query("SELECT set_config('octopus.tenant_id', $1, true)", [auto.tenantId]);
      await client.query('UPDATE channel SET active = true WHERE channel_id = $1', [coupon.channelId]);
      await client.query('ROLLBACK');
    } finally {
      client.release();
    }
    expect(await auto.rows('SELECT FROM auto_wake')).toEqual([]);
  });

  it('is not noted for points that no automatic coupon costs', async () => {
    const programmeId = newId();
    const pointName = aPointName({ programmeId });
    await auto.world.namespace.produce('catalog.point-name.v1', pointNameFact(auto.tenantId, pointName));
    const { pointNameId } = pointName;
    await auto.world.coupon({ type: 'click', terms: { price: { pointNameId, amount: '1' } } });
    const notes = jest.spyOn(auto.replica.app.get(AutoWakeStore), 'wakeSome').mockResolvedValue({
      woken: 0,
      mayBeMore: false,
    });
    const userId = newId();
    const earned = anEarning({ userId, programmeId, pointNameId });
    await auto.world.namespace.produce('platform.points-earned.v1', earningFact(auto.tenantId, earned));
    await eventually(async () =>
      expect(await auto.rows('SELECT FROM point_balance WHERE user_id = $1', [userId])).toHaveLength(1),
    );
    expect(await auto.rows(`SELECT FROM auto_wake WHERE cause LIKE 'points/%'`)).toEqual([]);
    notes.mockRestore();
  });
});
