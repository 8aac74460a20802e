import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CouponSnapshot } from '#contracts';
import { aCoupon, eventually, failpointsEnv } from '#testkit';
import { inMs, schedule, SchedulerWorld } from '../../test/scheduler-world.js';

let world: SchedulerWorld;
beforeAll(async () => {
  world = await SchedulerWorld.start();
}, 120_000);
afterEach(async () => {
  await world.stopReplicas();
  await world.database.shiftClock(0);
});
afterAll(() => world.stop());

const hour = 3_600_000;

/** Plans coupons without waiting for any announcement, and leaves no scheduler behind. */
async function planAndStop(coupons: readonly CouponSnapshot[]): Promise<void> {
  await world.replica();
  for (const coupon of coupons) await world.tell(coupon);
  for (const coupon of coupons) await world.knows(coupon);
  await world.stopReplicas();
}

function scheduledCoupon(startMs: number, endMs: number): CouponSnapshot {
  return aCoupon({ status: 'scheduled', schedule: schedule(inMs(startMs), inMs(endMs)) });
}

/** Mean seconds from the due instant to the commit of its fact, of each replica and kind that announced any. */
async function latenesses(replicas: readonly NestFastifyApplication[]): Promise<number[]> {
  const texts = await Promise.all(replicas.map((app) => app.inject({ method: 'GET', url: '/metrics' })));
  return texts.flatMap(({ body }) => {
    const value = (what: string) => [
      ...body.matchAll(new RegExp(`^scheduler_due_lateness_seconds_${what}\\S* (.+)$`, 'gm')),
    ];
    const counts = value('count').map(([, count]) => Number(count));
    return value('sum').map(([, sum], index) => Number(sum) / (counts[index] ?? 0));
  });
}

describe('an instant that comes', () => {
  it('is announced at once, with the instant that it stands for, and only once', async () => {
    const replicas = await Promise.all([world.replica(), world.replica()]);
    const [startAt, endAt] = [inMs(5_700), inMs(6_300)];
    const coupon = await world.tell({ status: 'scheduled', schedule: schedule(startAt, endAt) });
    await world.announcedSoon(coupon.couponId, 2);
    const late = await latenesses(replicas);
    expect(late.length).toBeGreaterThan(0);
    // Seconds, from the due instant on: a unit or a clock gone wrong tells other numbers. How late is for the bench.
    for (const seconds of late) expect(Math.abs(seconds)).toBeLessThan(30);
    // A change around an announced instant does not announce it again.
    await world.tell({ ...coupon, version: 3 });
    await world.tell({ ...coupon, version: 4, status: 'active' });
    await world.knows({ ...coupon, version: 4 });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(world.announced(coupon.couponId)).toEqual([
      { name: 'start', couponId: coupon.couponId, dueAt: startAt },
      { name: 'end', couponId: coupon.couponId, dueAt: endAt },
    ]);
    expect(await world.dueRows(coupon.couponId)).toEqual([]);
  });

  it('that has passed before anybody told of it is announced at once', async () => {
    await world.replica();
    const endAt = inMs(-hour);
    const { couponId } = await world.tell({ schedule: schedule(null, endAt) });
    expect(await world.announcedSoon(couponId, 1)).toEqual([{ name: 'end', couponId, dueAt: endAt }]);
  });

  it('is told as of now by the database, however long ago it was: readers refuse what is too old', async () => {
    const day = 24 * hour;
    await world.database.shiftClock(-day);
    await world.replica();
    const endAt = inMs(-41 * day);
    const { couponId } = await world.tell({ schedule: schedule(null, endAt) });
    expect(await world.announcedSoon(couponId, 1)).toMatchObject([{ dueAt: endAt }]);
    const [time] = world.announcedAt(couponId);
    expect(Math.abs(Date.parse(time ?? '') - (Date.now() - day))).toBeLessThan(60_000);
  });

  it('comes when the clock jumps', async () => {
    await world.replica();
    const endAt = inMs(hour);
    const coupon = await world.tell({ schedule: schedule(null, endAt) });
    await world.knows(coupon);
    expect(world.announced(coupon.couponId)).toEqual([]);
    await world.database.shiftClock(2 * hour);
    await world.announcedSoon(coupon.couponId, 1);
  });
});

describe('many instants at once', () => {
  it('leave in one statement, in their order', async () => {
    const coupons = Array.from({ length: 20 }, (_, index) =>
      aCoupon({ schedule: schedule(null, inMs(hour + ((index * 7) % 20) * 1_000)) }),
    );
    await planAndStop(coupons);
    const pool = world.database.ownerPool();
    await pool.query(`
      CREATE TABLE statements (id bigserial);
      CREATE TABLE written (shard smallint, seq bigint, place integer, coupon_id uuid);
      CREATE FUNCTION note_written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
        INSERT INTO statements DEFAULT VALUES;
        INSERT INTO written SELECT shard, seq, place, (payload->>'couponId')::uuid FROM outbox_fact JOIN rows USING (shard, seq);
        RETURN NULL;
      END $$;
      CREATE TRIGGER note_written AFTER INSERT ON outbox REFERENCING NEW TABLE AS rows
        FOR EACH STATEMENT EXECUTE FUNCTION note_written()`);
    await world.database.shiftClock(2 * hour);
    await world.replica();
    for (const { couponId } of coupons) await world.announcedSoon(couponId, 1);
    const { rows } = await pool.query<{ coupon_id: string; shard: number }>(
      'SELECT coupon_id, shard FROM written ORDER BY seq, place',
    );
    const inOrder = coupons.toSorted((a, b) =>
      (a.schedule.endAt ?? '').localeCompare(b.schedule.endAt ?? ''),
    );
    // A shard is the width of an order: facts of one shard leave in theirs.
    for (const ofShard of Map.groupBy(rows, ({ shard }) => shard).values()) {
      const written = ofShard.map((row) => row.coupon_id);
      expect(written).toEqual(
        inOrder.map(({ couponId }) => couponId).filter((couponId) => written.includes(couponId)),
      );
    }
    expect(rows).toHaveLength(coupons.length);
    const statements = await pool.query<{ count: number }>('SELECT count(*)::int FROM statements');
    expect(statements.rows[0]?.count).toBe(1);
    await pool.query('DROP FUNCTION note_written CASCADE; DROP TABLE statements, written');
  });
});

describe('after a downtime', () => {
  it('everything is caught up with, in order, exactly once, by two replicas', async () => {
    const coupons = Array.from({ length: 150 }, (_, index) =>
      scheduledCoupon(hour + index, 2 * hour + index),
    );
    await planAndStop(coupons);
    await world.database.shiftClock(3 * hour);
    await Promise.all([world.replica(), world.replica()]);
    for (const { couponId, schedule: planned } of coupons) {
      expect(await world.announcedSoon(couponId, 2, 20_000)).toEqual([
        { name: 'start', couponId, dueAt: planned.startAt },
        { name: 'end', couponId, dueAt: planned.endAt },
      ]);
    }
    const { rows } = await world.database.ownerPool().query('SELECT FROM due WHERE due_at <= octopus_now()');
    expect(rows).toEqual([]);
  }, 120_000);
});

describe('a scheduler that dies', () => {
  it.each(['announce-due.claimed', 'announce-due.written'])(
    'at %s leaves its rows to the others: nothing is lost, nothing comes twice',
    async (point) => {
      const coupons = Array.from({ length: 20 }, (_, index) =>
        scheduledCoupon(hour + index, 2 * hour + index),
      );
      await planAndStop(coupons);
      await world.database.shiftClock(3 * hour);
      // Without a broker, so that nobody waits for a dead member of the consumer group.
      const env = { ...failpointsEnv({ [point]: 'exit' }), KAFKA_BROKERS: '127.0.0.1:1' };
      await expect(world.process(env)).rejects.toThrow(/ended before it was ready \(signal SIGKILL\)/);
      expect(coupons.flatMap(({ couponId }) => world.announced(couponId))).toEqual([]);
      await world.replica();
      for (const { couponId, schedule: planned } of coupons) {
        expect(await world.announcedSoon(couponId, 2, 20_000)).toEqual([
          { name: 'start', couponId, dueAt: planned.startAt },
          { name: 'end', couponId, dueAt: planned.endAt },
        ]);
      }
    },
    60_000,
  );
});

describe('an instant that cannot be announced', () => {
  it('holds up no other, is tried again, and is parked at last; a newer version revives it', async () => {
    const [bad, good] = [
      aCoupon({ schedule: schedule(null, inMs(hour)) }),
      aCoupon({ schedule: schedule(null, inMs(hour)) }),
    ];
    await planAndStop([bad, good]);
    const pool = world.database.ownerPool();
    await pool.query(
      `ALTER TABLE announced ADD CONSTRAINT broken CHECK (coupon_id <> '${bad.couponId}') NOT VALID`,
    );
    await pool.query('UPDATE due SET attempts = 8 WHERE coupon_id = $1', [bad.couponId]);
    // Its last attempt: failing along with the other would park it.
    await pool.query('UPDATE due SET attempts = 9 WHERE coupon_id = $1', [good.couponId]);
    await world.database.shiftClock(2 * hour);
    const app = await world.replica();
    await world.announcedSoon(good.couponId, 1);
    for (const attempts of [9, 10]) {
      await eventually(async () => {
        expect(await world.dueRows(bad.couponId)).toMatchObject([{ attempts, claimed: false }]);
      });
      await pool.query("UPDATE due SET not_before = 'epoch' WHERE coupon_id = $1", [bad.couponId]);
    }
    const metrics = await app.inject({ method: 'GET', url: '/metrics' });
    expect(metrics.body).toMatch(/^scheduler_due_parked(\{.*\})? 1$/m);
    expect(Number(/^scheduler_due_lag_seconds(?:\{.*\})? (.+)$/m.exec(metrics.body)?.[1])).toBeGreaterThan(
      3_000,
    );
    await pool.query('ALTER TABLE announced DROP CONSTRAINT broken');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(world.announced(bad.couponId)).toEqual([]);
    await world.tell({ ...bad, version: 3 });
    await world.announcedSoon(bad.couponId, 1);
  });
});
