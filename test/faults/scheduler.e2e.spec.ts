import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aCoupon, eventually, type ServiceProcess } from '#testkit';
import type { CouponSnapshot } from '#contracts';
import { schedule, SchedulerWorld } from '../../services/scheduler/test/scheduler-world.js';
import { Random } from './random.js';

/** `npm run test:faults -- --row scheduler-killed` sets these; a plain test run takes one seed. */
const { FAULT_SEED = '1', FAULT_SEEDS = '1', FAULT_SCHEDULER_ROWS = 'all' } = process.env;
const wanted = FAULT_SCHEDULER_ROWS.split(',');
const row = (id: string) => (wanted.includes('all') || wanted.includes(id) ? describe : describe.skip);
const seeds = Array.from({ length: Number(FAULT_SEEDS) }, (_, nth) => Number(FAULT_SEED) + nth);

const COUPONS = 80;
/** Instants come one by one over so long, so that kills fall between, before and after batches. Milliseconds. */
const SPREAD_MS = 2_500;
const LEAD_MS = 1_500;

let world: SchedulerWorld;
beforeAll(async () => {
  world = await SchedulerWorld.start();
}, 180_000);
afterAll(() => world?.stop(), 60_000);

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const replicas: ServiceProcess[] = [];

/** kill -9 of one of the two, and another in its place. */
async function killOne(random: Random): Promise<void> {
  await sleep(random.between(0, SPREAD_MS / 3));
  const place = random.between(0, replicas.length);
  await replicas[place]?.kill('SIGKILL');
  replicas[place] = await world.process();
}

row('scheduler-killed')('schedulers killed at random', () => {
  beforeAll(async () => {
    replicas.push(...(await Promise.all([world.process(), world.process()])));
  }, 60_000);
  afterAll(() => world.stopReplicas());

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

/** The night in which Zagreb's clocks go from 02:00 to 03:00, which is at 01:00 in UTC. Instants in minutes from here. */
const night = Date.parse('2027-03-28T00:00:00Z');
const iso = (minutes: number) => new Date(night + minutes * 60_000).toISOString();
/** When somebody looked: before the downtime, and after two hours. */
const looks = [20, 140];

type Told = readonly [name: string, minutes: number];

/** A coupon, and what is to be told of it by hand's reckoning. */
interface Planned {
  readonly coupon: CouponSnapshot;
  readonly told: readonly Told[];
}

function once(random: Random): Planned {
  const start = random.between(0, 200);
  const end = start + random.between(1, 100);
  const told = [['start', start] as const, ['end', end] as const].filter(([, at]) => at <= 140);
  return { coupon: aCoupon({ status: 'scheduled', schedule: schedule(iso(start), iso(end)) }), told };
}

function daily(random: Random): Planned {
  const opens = random.between(0, 120);
  const closes = opens + random.between(5, 60);
  const end = random.chance(0.3) ? random.between(opens + 1, closes + 30) : null;
  const clock = (minutes: number) => iso(minutes).slice(11, 16);
  const recurrence = { kind: 'daily', opensAt: clock(opens), closesAt: clock(closes) } as const;
  const endAt = end === null ? null : iso(end);
  const coupon = aCoupon({ schedule: { startAt: null, endAt, timeZone: 'UTC', recurrence } });
  return { coupon, told: toldOf(opens, Math.min(closes, end ?? Infinity), end) };
}

/** Opens in the hour that is skipped, and closes at 02:40 in UTC. */
function inTheGap(): Planned {
  const recurrence = { kind: 'daily', opensAt: '02:15', closesAt: '04:40' } as const;
  const coupon = aCoupon({ schedule: { startAt: null, endAt: null, timeZone: 'Europe/Zagreb', recurrence } });
  return { coupon, told: toldOf(60, 160, null) };
}

/** A window is told of if somebody looked while it was open, and closes if it was told of; an end is told, however late. */
function toldOf(opens: number, closes: number, end: number | null): Told[] {
  const seen = looks.some((at) => opens <= at && at < closes);
  return [
    ...(seen ? [['window-opened', opens] as const] : []),
    ...(seen && closes <= 140 ? [['window-closed', closes] as const] : []),
    ...(end !== null && end <= 140 ? [['end', end] as const] : []),
  ];
}

row('scheduler-off')('schedulers that were off for two hours', () => {
  const setClock = (minutes: number) => world.database.shiftClock(night + minutes * 60_000 - Date.now());
  const idle = () =>
    eventually(
      async () => {
        const sql = `SELECT (SELECT count(*) FROM due WHERE due_at <= octopus_now())
                          + (SELECT count(*) FROM outbox) AS left`;
        const { rows } = await world.database.ownerPool().query<{ left: string }>(sql);
        if (rows[0]?.left !== '0') throw new Error(`${rows[0]?.left} left`);
      },
      { timeoutMs: 30_000 },
    );

  it.each(seeds)(
    'catch up in order, with what is still of use, whatever their own clocks say: seed %i',
    async (seed) => {
      const random = new Random(seed);
      await setClock(-1);
      const planned = [
        ...Array.from({ length: 30 }, () => once(random)),
        ...Array.from({ length: 30 }, () => daily(random)),
        inTheGap(),
      ];
      for (const { coupon } of planned) await world.plan(coupon);
      await world.process();
      await setClock(20);
      await idle();
      await world.stopReplicas();
      await setClock(140);
      const aheadMs = random.chance(0.5) ? 300_000 : -300_000;
      const preload = new URL('skewed-clock.mjs', import.meta.url).href;
      const wrong = { NODE_OPTIONS: `--import=${preload}`, FAULT_CLOCK_AHEAD_MS: String(aheadMs) };
      await Promise.all([world.process(), world.process(wrong)]);
      await idle();
      for (const minutes of [135, 139, 30, 140]) {
        await setClock(minutes);
        await sleep(random.between(200, 1_500));
      }
      await idle();
      for (const { coupon, told } of planned) {
        const { couponId } = coupon;
        await eventually(() =>
          expect(world.inEffect((id) => id === couponId)).toEqual(
            told.map(([name, minutes]) => `${couponId} ${name} ${iso(minutes)}`),
          ),
        );
      }
      await world.stopReplicas();
      await world.database.shiftClock(0);
    },
    180_000,
  );
});
