import type { KindRule, Occurrence } from './occurrence.js';

/** A coupon's start, while it waits for it. */
export const start: KindRule = {
  fact: 'coupon-start-due',
  of: '',
  rank: 0,
  next: ({ status, schedule }) => (status === 'scheduled' ? at(schedule.startAt) : null),
};

const endsAtItsEnd = new Set(['scheduled', 'active', 'disabled']);

/** A coupon's end. A disabled coupon still finishes at it. */
export const end: KindRule = {
  fact: 'coupon-end-due',
  of: '',
  rank: 9,
  next: ({ status, schedule }) => (endsAtItsEnd.has(status) ? at(schedule.endAt) : null),
};

/** However late, somebody must be told: a coupon that has not ended would stay in the owner's list for ever. */
function at(instant: string | null): Occurrence | null {
  return instant === null ? null : { dueAt: Date.parse(instant), lapsesAt: null, data: {} };
}
