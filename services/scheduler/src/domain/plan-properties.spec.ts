import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Recurrence, windows } from '#contracts';
import { PaperScheduler } from '../../test/paper-scheduler.js';
import { type PlannedCoupon, wholeCoupon } from './occurrence.js';
import { planOf } from './plan.js';

const hour = 3_600_000;
const day = 24 * hour;
/** Spring clocks go forward within three weeks from here: in Havana at midnight, on Lord Howe by half an hour (back). */
const begin = Date.parse('2027-03-08T12:00:00.000Z');

const timeZone = fc.constantFrom(
  'UTC',
  'America/Havana',
  'Europe/Zagreb',
  'Australia/Lord_Howe',
  'Asia/Tokyo',
);
const clock = fc.integer({ min: 0, max: 95 }).map((quarter) => {
  const [hours, minutes] = [Math.floor(quarter / 4), (quarter % 4) * 15];
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
});
const times = { opensAt: clock, closesAt: clock };
const recurrence: fc.Arbitrary<Recurrence> = fc.oneof(
  fc.record({ kind: fc.constant('daily' as const), ...times }),
  fc.record({
    kind: fc.constant('weekly' as const),
    weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }).map((days) => days.toSorted()),
    ...times,
  }),
);
const endAt = fc.option(fc.integer({ min: 1, max: 30 * 24 }).map((hours) => iso(begin + hours * hour)));
const status = fc.constantFrom('scheduled', 'active', 'active', 'active', 'disabled');

function iso(at: number): string {
  return new Date(at).toISOString();
}

function aCoupon(
  schedule: Partial<PlannedCoupon['schedule']>,
  now: PlannedCoupon['status'] = 'active',
): PlannedCoupon {
  return {
    couponId: '01980a5e-7c00-7000-8000-000000000001',
    status: now,
    schedule: { startAt: null, endAt: null, timeZone: 'UTC', recurrence: null, ...schedule },
  };
}

/** Looks at the queue after each of these pauses: some a tick, some a downtime. */
const pauses = fc.array(
  fc.oneof(fc.integer({ min: 1, max: hour }), fc.integer({ min: hour, max: 4 * day })),
  {
    minLength: 1,
    maxLength: 60,
  },
);

describe('a coupon that nobody changes', () => {
  const frame = fc.record({ timeZone, recurrence, endAt });

  it('has every window told once, in order, when it could still be of use, and closed when it was told', () => {
    fc.assert(
      fc.property(frame, pauses, (schedule, looks) => {
        const scheduler = new PaperScheduler(aCoupon(schedule), begin);
        const instants = [begin];
        for (const pause of looks) instants.push((instants.at(-1) ?? begin) + pause);
        for (const at of instants) {
          scheduler.now = at;
          scheduler.run();
        }
        const last = instants.at(-1) ?? begin;
        const expected: [string, number, number][] = [];
        for (const { window } of windows(aCoupon(schedule).schedule, begin, 200)) {
          const [from, until] = [Date.parse(window?.opensAt ?? ''), Date.parse(window?.closesAt ?? '')];
          const seen = instants.find((at) => from <= at && at < until);
          if (seen === undefined) continue;
          expected.push(['window-opened', from, seen]);
          if (until <= last) expected.push(['window-closed', until, instants.find((at) => at >= until) ?? 0]);
        }
        const told = scheduler.told.filter(({ kind }) => kind !== 'end');
        expect(told.map(({ kind, dueAt, at }) => [kind, dueAt, at])).toEqual(expected);
      }),
    );
  });

  it('has its end told once, however late, and after everything else', () => {
    fc.assert(
      fc.property(frame, pauses, (schedule, looks) => {
        const scheduler = new PaperScheduler(aCoupon(schedule), begin);
        for (const pause of looks) {
          scheduler.now += pause;
          scheduler.run();
        }
        const end = schedule.endAt === null ? Infinity : Date.parse(schedule.endAt);
        const ends = scheduler.told.filter(({ kind }) => kind === 'end');
        expect(ends.map(({ dueAt }) => dueAt)).toEqual(end <= scheduler.now ? [end] : []);
        if (ends.length > 0) expect(scheduler.told.at(-1)?.kind).toBe('end');
      }),
    );
  });
});

describe('a coupon that changes at any time', () => {
  // Owners can move an end to instants to come only.
  const endIn = fc.option(fc.integer({ min: 2 * hour, max: 30 * day }));
  const change = fc.record({ status, timeZone, endIn });
  const step = fc.oneof(
    fc.record({ change }),
    fc.record({ pause: fc.integer({ min: 1, max: 2 * day }) }),
    fc.record({ back: fc.integer({ min: 1, max: 60_000 }) }),
    fc.constant({ run: true }),
  );

  const changed = (
    to: { status: PlannedCoupon['status']; timeZone: string; endIn: number | null },
    rule: Recurrence,
    now: number,
  ) =>
    aCoupon(
      { recurrence: rule, timeZone: to.timeZone, endAt: to.endIn === null ? null : iso(now + to.endIn) },
      to.status,
    );

  it('has no instant told twice or ahead of its time, nothing that was not its own, and its last end told', () => {
    fc.assert(
      fc.property(recurrence, fc.array(step, { maxLength: 80 }), (rule, steps) => {
        const scheduler = new PaperScheduler(aCoupon({ recurrence: rule }), begin);
        let told = 0;
        for (const one of [...steps, { pause: 40 * day }, { run: true }]) {
          if ('change' in one) scheduler.change(changed(one.change, rule, scheduler.now));
          else if ('pause' in one) scheduler.now += one.pause;
          else if ('back' in one) scheduler.now -= one.back;
          else scheduler.run();
          const { schedule } = scheduler.coupon;
          for (const { kind, dueAt, at } of scheduler.told.slice(told)) {
            expect(dueAt).toBeLessThanOrEqual(at);
            if (kind === 'end') expect(iso(dueAt)).toBe(schedule.endAt);
          }
          told = scheduler.told.length;
        }
        const names = scheduler.told.map(({ kind, dueAt }) => `${kind} ${dueAt}`);
        expect(names).toEqual([...new Set(names)]);
        const { endAt: last } = scheduler.coupon.schedule;
        if (last !== null) expect(names).toContain(`end ${Date.parse(last)}`);
      }),
    );
  });

  it('has a next instant that depends on the coupon, what was told and the clock alone', () => {
    const instant = fc.integer({ min: begin - 9 * day, max: begin + 9 * day });
    const kindsTold = { 'window-opened': instant, 'window-closed': instant, end: instant };
    const announced = fc.record(kindsTold, { requiredKeys: [] });
    fc.assert(
      fc.property(fc.record({ timeZone, recurrence, endAt }), status, announced, (schedule, state, told) => {
        const plan = () =>
          planOf(structuredClone(aCoupon(schedule, state)), wholeCoupon, {
            announced: { ...told },
            now: begin,
          });
        expect(plan()).toEqual(plan());
        for (const { lapsesAt } of plan()) expect(lapsesAt ?? Infinity).toBeGreaterThan(begin);
      }),
    );
  });
});
