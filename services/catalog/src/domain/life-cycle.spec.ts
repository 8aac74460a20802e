import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { couponStatus, type CouponStatus } from '#contracts';
import { pendingRevision, couponIn, minutes, noon } from '../../test/sample-coupons.js';
import {
  allowedActions,
  move,
  type Move,
  ownerActions,
  statusAt,
  systemEvents,
  tenantActions,
} from './life-cycle.js';

const moves: readonly Move[] = [...ownerActions, ...tenantActions, ...systemEvents];

/** Written out by hand from product L1, L2 and U4: every state, every move; `-` = not possible. */
// prettier-ignore
const expected: Record<CouponStatus, Record<Move, string>> = {
  draft:            { publish: 'active', submit: 'pending_approval', withdraw: '-', approve: '-', reject: '-', delete: 'removed', disable: '-', enable: '-', archive: '-', start: '-', end: '-', exhaust: '-' },
  pending_approval: { publish: '-', submit: '-', withdraw: 'draft', approve: 'active', reject: 'draft', delete: 'removed', disable: '-', enable: '-', archive: '-', start: '-', end: '-', exhaust: '-' },
  scheduled:        { publish: '-', submit: '-', withdraw: '-', approve: '-', reject: '-', delete: '-', disable: '-', enable: '-', archive: 'finished/archived', start: 'active', end: 'finished/end_date', exhaust: 'finished/max_redemptions' },
  active:           { publish: '-', submit: '-', withdraw: '-', approve: '-', reject: '-', delete: '-', disable: 'disabled', enable: '-', archive: 'finished/archived', start: '-', end: 'finished/end_date', exhaust: 'finished/max_redemptions' },
  disabled:         { publish: '-', submit: '-', withdraw: '-', approve: '-', reject: '-', delete: '-', disable: '-', enable: 'active', archive: 'finished/archived', start: '-', end: 'finished/end_date', exhaust: 'finished/max_redemptions' },
  finished:         { publish: '-', submit: '-', withdraw: '-', approve: '-', reject: '-', delete: '-', disable: '-', enable: '-', archive: '-', start: '-', end: '-', exhaust: '-' },
};

const cases = couponStatus.options.flatMap((status) =>
  moves.map((by) => [status, by, expected[status][by]] as const),
);

function onTheDesk(status: CouponStatus): boolean {
  return status === 'draft' || status === 'pending_approval';
}

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
    const allowed = (status: CouponStatus) =>
      allowedActions(couponIn(status), [...ownerActions, ...tenantActions]);
    expect(allowed('draft')).toEqual(['publish', 'submit', 'delete']);
    expect(allowed('pending_approval')).toEqual(['withdraw', 'delete', 'approve', 'reject']);
    expect(allowed('scheduled')).toEqual(['archive']);
    expect(allowed('active')).toEqual(['disable', 'archive']);
    expect(allowed('disabled')).toEqual(['enable', 'archive']);
    expect(allowed('finished')).toEqual([]);
  });

  it.each(['scheduled', 'active', 'disabled'] as const)(
    'lets a pending revision of a coupon that is %s be decided or withdrawn, the status stays',
    (status) => {
      const coupon = couponIn(status, { pendingRevision });
      const before = { name: coupon.name, status, pendingRevision: null, version: 3 };
      expect(move(coupon, 'approve', noon)).toMatchObject({ ...before, name: 'Cake' });
      for (const by of ['reject', 'withdraw'] as const) expect(move(coupon, by, noon)).toMatchObject(before);
      for (const by of ['archive', 'end', 'exhaust'] as const)
        expect(move(coupon, by, noon)).toMatchObject({ name: before.name, pendingRevision: null });
      expect(allowedActions(coupon, [...ownerActions, ...tenantActions])).toEqual(
        expect.arrayContaining(['withdraw', 'approve', 'reject']),
      );
    },
  );

  it('keeps what is pending while the coupon starts, is disabled and enabled', () => {
    expect(move(couponIn('scheduled', { pendingRevision }), 'start', noon)).toMatchObject({
      pendingRevision,
    });
    expect(move(couponIn('active', { pendingRevision }), 'disable', noon)).toMatchObject({ pendingRevision });
    expect(move(couponIn('disabled', { pendingRevision }), 'enable', noon)).toMatchObject({
      pendingRevision,
    });
  });

  it('holds its invariants over any sequence of moves', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...moves), { maxLength: 30 }), fc.boolean(), (sequence, later) => {
        let coupon = couponIn('draft', { startAt: later ? minutes(5) : null });
        for (const by of sequence) {
          const next = move(coupon, by, noon);
          if (next === undefined) continue;
          if (next === 'removed') {
            expect(['draft', 'pending_approval']).toContain(coupon.status);
            return;
          }
          // Once out, a coupon never comes back to its owner's desk; out it comes by two moves only.
          const [wasOut, isOut] = [!onTheDesk(coupon.status), !onTheDesk(next.status)];
          expect(isOut).toBe(wasOut || by === 'publish' || by === 'approve');
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
