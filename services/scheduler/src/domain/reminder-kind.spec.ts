import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { reminderAt } from '#contracts';
import type { PlannedCoupon } from './occurrence.js';
import { reminder } from './reminder-kind.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const zones = Intl.supportedValuesOf('timeZone');
const publishedAt = Date.parse('2027-01-05T12:00:00Z');

function coupon(
  end: number | null,
  fields: { daysBefore?: number; validityMs?: number | null; editedAt?: number } = {},
  status: PlannedCoupon['status'] = 'active',
): PlannedCoupon {
  const endAt = end === null ? null : new Date(end).toISOString();
  return {
    couponId: '01980a5e-7c00-7000-8000-000000000001',
    status,
    schedule: { startAt: null, endAt, timeZone: 'Europe/Zagreb', recurrence: null },
    reminder: { daysBefore: 3, validityMs: null, publishedAt, editedAt: publishedAt, version: 4, ...fields },
  };
}

/** Each cohort as the one before has been announced in its time. */
function series(planned: PlannedCoupon, most = 200, from = publishedAt): number[] {
  const told: number[] = [];
  while (told.length < most) {
    const latest = told.at(-1);
    const announced = latest === undefined ? {} : { reminder: latest };
    const next = reminder.next(planned, { announced, now: latest ?? from }, { name: '', data: {} });
    if (next === null) break;
    told.push(next.dueAt);
  }
  return told;
}

/** When each zone of the world is reminded of the expiry, each instant once, in order, of those after the publication. */
function hoursOf(expiry: number, daysBefore: number): number[] {
  const hours = zones.map((zone) => reminderAt(expiry, daysBefore, zone));
  return [...new Set(hours)].sort((a, b) => a - b).filter((at) => at > publishedAt);
}

const expiry = fc
  .integer({ min: publishedAt / HOUR, max: publishedAt / HOUR + 5000 })
  .map((hour) => hour * HOUR + 1);
const daysBefore = fc.integer({ min: 1, max: 30 });

describe('The cohorts of a coupon without validity', () => {
  it("are, for any end, exactly the ten o'clocks of all zones so many days before it", () => {
    fc.assert(
      fc.property(expiry, daysBefore, (end, days) => {
        expect(series(coupon(end, { daysBefore: days }))).toEqual(hoursOf(end, days));
      }),
      { seed: 21, numRuns: 6 },
    );
  });

  it('are also those of a day that a zone skips', () => {
    const [published, end] = [Date.parse('2011-12-01T00:00:00Z'), Date.parse('2011-12-31T12:00:00Z')];
    const planned = coupon(end, { daysBefore: 1 });
    const past = {
      ...planned,
      reminder: { ...planned.reminder, publishedAt: published, editedAt: published },
    };
    const told = series(past as PlannedCoupon, 200, published);
    for (const zone of zones) expect(told).toContain(reminderAt(end, 1, zone));
  });
});

describe('The cohorts of a coupon with validity', () => {
  const validityMs = 10 * DAY;

  it('hold the hour of every expiry that a grant may have, in every zone, until the end', () => {
    const end = publishedAt + 14 * DAY + 5 * HOUR;
    const told = series(coupon(end, { validityMs }), 2_000);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 * 24 }), fc.constantFrom(...zones), (hours, zone) => {
        const granted = publishedAt + hours * HOUR;
        expect(told).toContain(reminderAt(Math.min(granted + validityMs, end), 3, zone));
      }),
      { seed: 21, numRuns: 500 },
    );
    expect(told.at(-1)).toBe(hoursOf(end, 3).at(-1));
    expect(told[0]).toBe(hoursOf(publishedAt + validityMs, 3)[0]);
  });

  it('go on for ever without an end', () => {
    expect(series(coupon(null, { validityMs }), 300)).toHaveLength(300);
  });
});

describe('A cohort', () => {
  const end = publishedAt + 20 * DAY;
  const next = (planned: PlannedCoupon, announced = {}, now = publishedAt) =>
    reminder.next(planned, { announced, now }, { name: '', data: {} });

  it('names the version that it was planned from', () => {
    expect(next(coupon(end))?.data).toEqual({ couponVersion: 4 });
  });

  it.each(['scheduled', 'active', 'disabled'] as const)('is to come while the coupon is %s', (status) => {
    expect(next(coupon(end, {}, status))).not.toBeNull();
  });

  it.each(['draft', 'pending_approval', 'finished'] as const)('is not to come when it is %s', (status) => {
    expect(next(coupon(end, {}, status))).toBeNull();
  });

  it('is none without a reminder, nor where nothing expires', () => {
    expect(next({ ...coupon(end), reminder: null })).toBeNull();
    expect(next(coupon(null))).toBeNull();
  });

  it('is the next one where the end was moved on, and none where it was moved to too soon', () => {
    const [first] = series(coupon(end));
    expect(next(coupon(end + 7 * DAY), { reminder: first })?.dueAt).toBe(hoursOf(end + 7 * DAY, 3)[0]);
    expect(next(coupon(publishedAt + DAY))).toBeNull();
  });

  it('is told late, not left out, after an hour without a scheduler, though the coupon was edited meanwhile', () => {
    const [first = NaN] = series(coupon(end));
    const edited = coupon(end, { editedAt: first + 60_000 });
    expect(next(edited, {}, first + HOUR)?.dueAt).toBe(first);
  });

  it('lapses when what it would remind of has expired', () => {
    const told = next(coupon(end));
    expect(told?.lapsesAt).toBeGreaterThan(end);
    expect(next(coupon(end), {}, end + 30 * DAY)).toBeNull();
  });
});
