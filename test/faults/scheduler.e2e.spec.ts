import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aCoupon, eventually, type ServiceProcess } from '#testkit';
import { schedule, SchedulerWorld } from '../../services/scheduler/test/scheduler-world.js';
import { Random } from './random.js';

/** `npm run test:faults -- --row scheduler-killed` sets these; a plain test run takes one seed. */
const { FAULT_SEED = '1', FAULT_SEEDS = '1' } = process.env;
const seeds = Array.from({ length: Number(FAULT_SEEDS) }, (_, nth) => Number(FAULT_SEED) + nth);

const COUPONS = 80;
/** Instants come one by one over so long, so that kills fall between, before and after batches. Milliseconds. */
const SPREAD_MS = 2_500;
const LEAD_MS = 1_500;

let world: SchedulerWorld;
const replicas: ServiceProcess[] = [];
beforeAll(async () => {
  world = await SchedulerWorld.start();
  replicas.push(...(await Promise.all([world.process(), world.process()])));
}, 180_000);
afterAll(() => world?.stop(), 60_000);

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** kill -9 of one of the two, and another in its place. */
async function killOne(random: Random): Promise<void> {
  await sleep(random.between(0, SPREAD_MS / 3));
  const place = random.between(0, replicas.length);
  await replicas[place]?.kill('SIGKILL');
  replicas[place] = await world.process();
}

describe('schedulers killed at random', () => {
  it.each(seeds)(
    'lose nothing and say nothing twice: seed %i',
    async (seed) => {
      const random = new Random(seed);
      // Planned past Kafka: a consumer group would wait half a minute for each dead member.
      const begin = Date.now() + 3_600_000;
      const instant = () => new Date(begin + LEAD_MS + random.between(0, SPREAD_MS));
      const coupons = Array.from({ length: COUPONS }, () => {
        const [start, end] = [instant(), instant()].toSorted((a, b) => a.getTime() - b.getTime());
        const later = new Date((end?.getTime() ?? 0) + 1).toISOString();
        return aCoupon({ status: 'scheduled', schedule: schedule(start?.toISOString() ?? null, later) });
      });
      for (const coupon of coupons) await world.plan(coupon);
      await world.database.shiftClock(begin - Date.now());
      for (let kills = random.between(1, 4); kills > 0; kills -= 1) await killOne(random);
      const expected = coupons.flatMap(({ couponId, schedule: { startAt, endAt } }) => [
        `${couponId} start ${startAt}`,
        `${couponId} end ${endAt}`,
      ]);
      const ids = new Set(coupons.map(({ couponId }) => couponId));
      const told = () => world.inEffect((couponId) => ids.has(couponId));
      await eventually(
        () => {
          const sofar = new Set(told());
          const missing = expected.filter((one) => !sofar.has(one));
          if (missing.length > 0)
            throw new Error(`seed ${seed}: ${missing.length} not told: ${missing.slice(0, 3).join()}`);
        },
        { timeoutMs: 40_000 },
      );
      // Of each coupon in its order, each instant under one id: what came doubled is the same fact.
      expect(told().toSorted()).toEqual(expected.toSorted());
      for (const { couponId } of coupons)
        expect(told().filter((one) => one.startsWith(couponId))).toHaveLength(2);
      const firstOf = Map.groupBy(told(), (one) => one.slice(0, 36));
      for (const [couponId, [first]] of firstOf) expect(first).toMatch(`${couponId} start`);
      await world.database.shiftClock(0);
    },
    180_000,
  );
});
