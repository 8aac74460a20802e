import type { CohortKey, CohortState } from '../store/coupon-schedule.store.js';
import type { NewDue, TakenDue } from '../store/due.store.js';
import { duesOf } from './dues-of.js';

/** What follows in the cohorts whose instants were taken out of the queue: announced, or skipped as they had lapsed. */
export function nextDues(taken: readonly TakenDue[], cohorts: readonly CohortState[]): NewDue[] {
  const ofCohort = Map.groupBy(taken, nameOf);
  return cohorts.flatMap((state) => {
    const dues = ofCohort.get(nameOf({ ...state, cohort: state.cohort.name })) ?? [];
    const [first] = dues;
    if (first === undefined) return [];
    const told = dues
      .filter(({ lapsed }) => !lapsed)
      .map(({ kind, dueAt }) => [kind, dueAt.getTime()] as const);
    const announced = { ...state.announced, ...Object.fromEntries(told) };
    return duesOf({ ...state, announced }, first.takenAt);
  });
}

function nameOf({ tenantId, couponId, cohort }: CohortKey): string {
  return `${tenantId} ${couponId} ${cohort}`;
}
