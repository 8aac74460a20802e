import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { couponStatus, eventMap } from '#contracts';
import { changesTo, dueFacts, dueKinds, planOf } from './plan.js';

const startAt = '2026-11-22T09:00:00.000Z';
const endAt = '2026-12-22T09:00:00.000Z';
const start = new Date(startAt);
const end = new Date(endAt);

function coupon(status: (typeof couponStatus.options)[number], schedule = {}) {
  return { status, schedule: { startAt, endAt, timeZone: 'Europe/Zagreb', ...schedule } };
}

describe('what is still to come', () => {
  it.each([
    ['scheduled', { start, end }],
    ['active', { start: null, end }],
    ['disabled', { start: null, end }],
    ['finished', { start: null, end: null }],
    ['draft', { start: null, end: null }],
    ['pending_approval', { start: null, end: null }],
  ] as const)('%s', (status, plan) => {
    expect(planOf(coupon(status))).toEqual(plan);
  });

  it('plans nothing for instants that the coupon does not have', () => {
    expect(planOf(coupon('scheduled', { startAt: null, endAt: null }))).toEqual({ start: null, end: null });
  });

  it('has a fact of the topic for every kind', () => {
    for (const kind of dueKinds) expect(eventMap['scheduler.due.v1'].events).toHaveProperty(dueFacts[kind]);
  });
});

describe('the changes to the stored rows', () => {
  it('sets what is to come and removes the rest', () => {
    expect(changesTo({ start: null, end }, {})).toEqual([
      { kind: 'start', to: 'remove' },
      { kind: 'end', to: 'set', dueAt: end },
    ]);
  });

  it('does not announce an instant twice, but does announce the one it was moved to', () => {
    const later = new Date(end.getTime() + 1);
    expect(changesTo({ start, end }, { start, end })).toEqual([
      { kind: 'start', to: 'remove' },
      { kind: 'end', to: 'remove' },
    ]);
    expect(changesTo({ start, end: later }, { start, end })).toContainEqual({
      kind: 'end',
      to: 'set',
      dueAt: later,
    });
  });

  it('speaks of every kind exactly once, so that no old row survives', () => {
    const instant = fc.option(fc.date({ noInvalidDate: true }), { nil: null });
    fc.assert(
      fc.property(fc.record({ start: instant, end: instant }), (plan) => {
        expect(changesTo(plan, {}).map(({ kind }) => kind)).toEqual(dueKinds);
      }),
    );
  });
});
