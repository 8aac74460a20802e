import { namedUuid, type NewEvent } from '#platform';
import { idTime, occurrenceName } from '../domain/event-id.js';
import { kinds } from '../domain/kinds.js';
import type { TakenDue } from '../store/due.store.js';

/**
 * The fact that announces an instant. Its id is made of what it stands for, so that every inbox takes it in once, whoever
 * announces it again. Its time is when it is announced, however late: readers refuse facts older than what they remember.
 */
export function dueFact(due: TakenDue): NewEvent<'scheduler.due.v1'> {
  const { tenantId, couponId, kind, dueAt, takenAt, data } = due;
  return {
    topic: 'scheduler.due.v1',
    name: kinds[kind].fact,
    id: namedUuid(occurrenceName(due), idTime(dueAt, takenAt)),
    tenantId,
    key: couponId,
    subject: `coupon/${couponId}`,
    time: takenAt.toISOString(),
    // Held against the fact's schema by the outbox: the compiler cannot know which kind goes with which data.
    data: { ...data, couponId, dueAt: dueAt.toISOString() },
  };
}
