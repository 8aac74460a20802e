import type { Progress } from '../domain/occurrence.js';
import { planOf } from '../domain/plan.js';
import type { CohortState } from '../store/coupon-schedule.store.js';
import type { NewDue } from '../store/due.store.js';

/** What is to come for a cohort of a coupon, as rows of the queue. */
export function duesOf({ tenantId, couponId, cohort, coupon, announced }: CohortState, at: Date): NewDue[] {
  if (coupon === null) return [];
  const progress = { announced, now: at.getTime() } satisfies Progress;
  return planOf(coupon, cohort, progress).map((due) => ({ tenantId, couponId, cohort: cohort.name, ...due }));
}
