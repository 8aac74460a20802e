import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { couponStatus, type CouponStatus } from '#contracts';
import { couponIn, minutes, noon } from '../../test/sample-coupons.js';
import { allowedActions, move, type Move, ownerActions, statusAt, systemEvents } from './life-cycle.js';

const moves: readonly Move[] = [...ownerActions, ...systemEvents];

/** Written out by hand from product L1 and L2: every state, every move; `-` = not possible. */
// prettier-ignore
const expected: Record<CouponStatus, Record<Move, string>> = {
  draft:            { publish: 'active', delete: 'removed', disable: '-', enable: '-', archive: '-', start: '-', end: '-', exhaust: '-' },
  pending_approval: { publish: '-', delete: 'removed', disable: '-', enable: '-', archive: '-', start: '-', end: '-', exhaust: '-' },
  scheduled:        { publish: '-', delete: '-', disable: '-', enable: '-', archive: 'finished/archived', start: 'active', end: 'finished/end_date', exhaust: 'finished/max_redemptions' },
  active:           { publish: '-', delete: '-', disable: 'disabled', enable: '-', archive: 'finished/archived', start: '-', end: 'finished/end_date', exhaust: 'finished/max_redemptions' },
  disabled:         { publish: '-', delete: '-', disable: '-', enable: 'active', archive: 'finished/archived', start: '-', end: 'finished/end_date', exhaust: 'finished/max_redemptions' },
  finished:         { publish: '-', delete: '-', disable: '-', enable: '-', archive: '-', start: '-', end: '-', exhaust: '-' },
};

const cases = couponStatus.options.flatMap((status) =>
  moves.map((by) => [status, by, expected[status][by]] as const),
);

describe('the life cycle', () => {
  it.each(cases)('%s by %s: %s', (status, by, outcome) => {
    const next = move(couponIn(status), by, noon);
    const seen =
      next === undefined
        ? '-'
        : next === 'removed'
          ? next
          : [next.status, next.finishedReason].filter((part) => part !== null).join('/');
    expect(seen).toBe(outcome);
  });

  it('publishes to scheduled when the start is yet to come, and to active at that very instant', () => {
    const draft = couponIn('draft', { startAt: minutes(1) });
    expect(move(draft, 'publish', noon)).toMatchObject({ status: 'scheduled' });
    expect(move(draft, 'publish', minutes(1))).toMatchObject({ status: 'active' });
  });

  it('names exactly the actions that the table allows', () => {
    expect(allowedActions('draft')).toEqual(['publish', 'delete']);
    expect(allowedActions('scheduled')).toEqual(['archive']);
    expect(allowedActions('active')).toEqual(['disable', 'archive']);
    expect(allowedActions('disabled')).toEqual(['enable', 'archive']);
    expect(allowedActions('finished')).toEqual([]);
  });

  it('holds its invariants over any sequence of moves', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...moves), { maxLength: 30 }), fc.boolean(), (sequence, later) => {
        let coupon = couponIn('draft', { startAt: later ? minutes(5) : null });
        for (const by of sequence) {
          const next = move(coupon, by, noon);
          if (next === undefined) continue;
          if (next === 'removed') {
            expect(coupon.status).toBe('draft');
            return;
          }
          expect(coupon.status).not.toBe('finished');
          expect(next.version).toBe(coupon.version + 1);
          expect(next.finishedReason !== null).toBe(next.status === 'finished');
          coupon = next;
        }
      }),
    );
  });
});

describe('the status that the clock implies', () => {
  it.each(['scheduled', 'active', 'disabled'] as const)('%s is over from its end on', (status) => {
    const coupon = couponIn(status, { endAt: minutes(60) });
    expect(statusAt(coupon, minutes(59))).not.toBe('finished');
    expect(statusAt(coupon, minutes(60))).toBe('finished');
  });

  it('scheduled is active from its start on, before the scheduler has said so', () => {
    expect(statusAt(couponIn('scheduled'), minutes(29))).toBe('scheduled');
    expect(statusAt(couponIn('scheduled'), minutes(30))).toBe('active');
  });

  it('leaves drafts alone, whatever their dates', () => {
    expect(statusAt(couponIn('draft', { startAt: minutes(-2), endAt: minutes(-1) }), noon)).toBe('draft');
  });

  it('disabled stays disabled when the start passes', () => {
    expect(statusAt(couponIn('disabled'), noon)).toBe('disabled');
  });
});
