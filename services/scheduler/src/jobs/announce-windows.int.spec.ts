import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { CouponSnapshot } from '#contracts';
import { SchedulerWorld } from '../../test/scheduler-world.js';

let world: SchedulerWorld;
beforeAll(async () => {
  world = await SchedulerWorld.start();
}, 120_000);
afterEach(async () => {
  await world.stopReplicas();
  await world.database.shiftClock(0);
});
afterAll(() => world.stop());

const office = { kind: 'daily', opensAt: '09:00', closesAt: '17:00' } as const;
const schedule = (timeZone: string, recurrence: CouponSnapshot['schedule']['recurrence'] = office) => ({
  startAt: null,
  endAt: null,
  timeZone,
  recurrence,
});

/** The database's clock, and with it the scheduler's, is set to this instant and goes on from there. */
const at = (instant: string) => world.database.shiftClock(Date.parse(instant) - Date.now());

const told = (couponId: string) => world.announced(couponId).map(({ name, dueAt }) => `${name} ${dueAt}`);

/** Waits until the scheduler has nothing left that is due. */
async function idle(): Promise<void> {
  const sql =
    'SELECT (SELECT count(*) FROM due WHERE due_at <= octopus_now()) + (SELECT count(*) FROM outbox) AS left';
  for (;;) {
    const { rows } = await world.database.ownerPool().query<{ left: string }>(sql);
    if (rows[0]?.left === '0') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the windows of a recurring coupon', () => {
  it('are announced as they open and close, one after the other, across a change of the clocks', async () => {
    // In Havana the clocks go from 00:00 to 01:00 on 14 March 2027: the window from 00:30 opens at 01:00.
    await at('2027-03-13T12:00:00Z');
    await world.replica();
    const night = { kind: 'daily', opensAt: '00:30', closesAt: '03:00' } as const;
    const coupon = await world.told({ schedule: schedule('America/Havana', night) });
    for (const instant of ['03-14T05:00:01Z', '03-14T07:00:01Z', '03-15T04:30:01Z', '03-15T07:00:01Z']) {
      await at(`2027-${instant}`);
      await world.announcedSoon(coupon.couponId, told(coupon.couponId).length + 1);
    }
    expect(told(coupon.couponId)).toEqual([
      'window-opened 2027-03-14T05:00:00.000Z',
      'window-closed 2027-03-14T07:00:00.000Z',
      'window-opened 2027-03-15T04:30:00.000Z',
      'window-closed 2027-03-15T07:00:00.000Z',
    ]);
  });

  it('are caught up with after a downtime: what was told opens and closes; what is over opened in vain', async () => {
    await at('2027-06-01T08:00:00Z');
    await world.replica();
    const { couponId } = await world.told({ schedule: schedule('UTC') });
    await at('2027-06-01T10:00:00Z');
    await world.announcedSoon(couponId, 1);
    await world.stopReplicas();
    await at('2027-06-04T12:00:00Z');
    const [app] = await Promise.all([world.replica(), world.replica()]);
    await world.announcedSoon(couponId, 3);
    await idle();
    expect(told(couponId)).toEqual([
      'window-opened 2027-06-01T09:00:00.000Z',
      'window-closed 2027-06-01T17:00:00.000Z',
      'window-opened 2027-06-04T09:00:00.000Z',
    ]);
    expect(await world.dueRows(couponId)).toMatchObject([
      { kind: 'window-closed', dueAt: new Date('2027-06-04T17:00:00Z') },
      { kind: 'window-opened', dueAt: new Date('2027-06-05T09:00:00Z') },
    ]);
    expect((await app.inject({ method: 'GET', url: '/metrics' })).body).toContain(
      'scheduler_due_skipped_total',
    );
  });

  it('say until when they are open; a moved end moves the closing, a changed zone all of them', async () => {
    await at('2027-06-01T10:00:00Z');
    await world.replica();
    const coupon = await world.told({ schedule: schedule('UTC') });
    await world.announcedSoon(coupon.couponId, 1);
    const shorter = { ...schedule('UTC'), endAt: '2027-06-01T12:00:00.000Z' };
    await world.told({ ...coupon, version: 3, schedule: shorter });
    expect(await world.dueRows(coupon.couponId)).toMatchObject([
      { kind: 'window-closed', dueAt: new Date('2027-06-01T12:00:00Z') },
      { kind: 'end', dueAt: new Date('2027-06-01T12:00:00Z') },
    ]);
    await world.told({ ...coupon, version: 4, schedule: schedule('America/New_York') });
    expect(await world.dueRows(coupon.couponId)).toMatchObject([
      { kind: 'window-opened', dueAt: new Date('2027-06-01T13:00:00Z') },
    ]);
  });

  it('do not open while the coupon is disabled; enabled within one, it opens then', async () => {
    await at('2027-06-01T08:00:00Z');
    await world.replica();
    const coupon = await world.told({ status: 'disabled', schedule: schedule('UTC') });
    await at('2027-06-01T10:00:00Z');
    await idle();
    expect(told(coupon.couponId)).toEqual([]);
    await world.told({ ...coupon, version: 3, status: 'active' });
    await world.announcedSoon(coupon.couponId, 1);
    expect(told(coupon.couponId)).toEqual(['window-opened 2027-06-01T09:00:00.000Z']);
  });
});

describe('a clock in trouble', () => {
  it('that is set back makes nothing come twice, and nothing is lost when it goes on', async () => {
    await at('2027-06-01T08:59:00Z');
    await world.replica();
    const { couponId } = await world.told({ schedule: schedule('UTC') });
    await at('2027-06-01T09:01:00Z');
    await world.announcedSoon(couponId, 1);
    for (const instant of ['08:56', '09:01', '17:01', '16:56', '17:01'])
      await at(`2027-06-01T${instant}:00Z`).then(idle);
    await world.announcedSoon(couponId, 2);
    await at('2027-06-02T09:00:01Z');
    await world.announcedSoon(couponId, 3);
    expect(told(couponId)).toEqual([
      'window-opened 2027-06-01T09:00:00.000Z',
      'window-closed 2027-06-01T17:00:00.000Z',
      'window-opened 2027-06-02T09:00:00.000Z',
    ]);
  });
});

describe('an announcement', () => {
  it('made again after the database has lost that it was made bears the same id', async () => {
    await at('2027-06-01T10:00:00Z');
    await world.replica();
    const { couponId } = await world.told({ schedule: schedule('UTC') });
    await world.announcedSoon(couponId, 1);
    await world.stopReplicas();
    const pool = world.database.ownerPool();
    await world.database.rows(world.tenantId, 'DELETE FROM announced');
    await pool.query(
      `INSERT INTO due (tenant_id, coupon_id, kind, rank, data, due_at)
       VALUES ($1, $2, 'window-opened', 2, $3, '2027-06-01T09:00:00Z')
       ON CONFLICT (tenant_id, coupon_id, cohort, kind) DO UPDATE SET due_at = excluded.due_at, data = excluded.data`,
      [
        world.tenantId,
        couponId,
        { opensAt: '2027-06-01T09:00:00.000Z', closesAt: '2027-06-01T17:00:00.000Z' },
      ],
    );
    await world.replica();
    await world.announcedSoon(couponId, 2);
    const [first, again] = world.announcedIds(couponId);
    expect(again).toBe(first);
  });
});
