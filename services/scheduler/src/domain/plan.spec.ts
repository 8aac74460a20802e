import { describe, expect, it } from '@jest/globals';
import { couponStatus, eventMap } from '#contracts';
import { kinds } from './kinds.js';
import { type KindRule, type PlannedCoupon, wholeCoupon } from './occurrence.js';
import { planOf } from './plan.js';

const startAt = '2026-11-22T09:00:00.000Z';
const endAt = '2026-12-22T09:00:00.000Z';
const [start, end] = [Date.parse(startAt), Date.parse(endAt)];
const now = start - 1;

function coupon(status: (typeof couponStatus.options)[number], schedule = {}): PlannedCoupon {
  const couponId = '01980a5e-7c00-7000-8000-000000000001';
  return { couponId, status, schedule: { startAt, endAt, timeZone: 'UTC', recurrence: null, ...schedule } };
}

const told = (planned: PlannedCoupon, announced = {}, at = now) =>
  planOf(planned, wholeCoupon, { announced, now: at }).map(({ kind, dueAt }) => [kind, dueAt]);

describe('what is still to come', () => {
  it.each([
    [
      'scheduled',
      [
        ['start', start],
        ['end', end],
      ],
    ],
    ['active', [['end', end]]],
    ['disabled', [['end', end]]],
    ['finished', []],
    ['draft', []],
    ['pending_approval', []],
  ] as const)('%s', (status, plan) => {
    expect(told(coupon(status))).toEqual(plan);
  });

  it('is nothing for instants that the coupon does not have', () => {
    expect(told(coupon('scheduled', { startAt: null, endAt: null }))).toEqual([]);
  });

  it('is what has passed unannounced: late, but never lost', () => {
    expect(told(coupon('scheduled'), {}, end + 1)).toEqual([
      ['start', start],
      ['end', end],
    ]);
  });

  it('is not what was announced, but is the instant it was moved to', () => {
    expect(told(coupon('scheduled'), { start, end })).toEqual([]);
    const moved = coupon('scheduled', { endAt: '2026-12-22T09:00:00.001Z' });
    expect(told(moved, { start, end })).toEqual([['end', end + 1]]);
  });

  it('has a fact of the topic for every kind, and an order among equal instants', () => {
    const rules: KindRule[] = Object.values(kinds);
    for (const { fact } of rules) expect(eventMap['scheduler.due.v1'].events).toHaveProperty(fact);
    for (const ofSort of Map.groupBy(rules, ({ of }) => of).values())
      expect(new Set(ofSort.map(({ rank }) => rank)).size).toBe(ofSort.length);
  });
});

describe('a cohort', () => {
  const occurrence = { dueAt: 5, lapsesAt: null, data: { audience: 'all' } };
  const rules = {
    own: { fact: 'coupon-end-due', of: '', rank: 0, next: () => occurrence },
    later: { fact: 'reminder-due', of: 'zone', rank: 2, next: () => occurrence },
    first: { fact: 'reminder-due', of: 'zone', rank: 1, next: () => occurrence },
    lapsed: { fact: 'reminder-due', of: 'zone', rank: 0, next: () => ({ ...occurrence, lapsesAt: 10 }) },
  } as const satisfies Record<string, KindRule>;
  const planned = (name: string, at: number) =>
    planOf(coupon('active'), { name, data: {} }, { announced: {}, now: at }, rules).map(({ kind }) => kind);

  it('has the kinds of its sort, and a coupon its own', () => {
    expect(planned('zone/Europe/Zagreb', 0)).toEqual(['lapsed', 'first', 'later']);
    expect(planned('', 0)).toEqual(['own']);
    expect(planned('segment/1', 0)).toEqual([]);
  });

  it('is not told of what has lapsed, to the millisecond', () => {
    expect(planned('zone/Europe/Zagreb', 9)).toContain('lapsed');
    expect(planned('zone/Europe/Zagreb', 10)).not.toContain('lapsed');
  });
});
