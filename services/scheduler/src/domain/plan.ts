import { type DueKind, kinds } from './kinds.js';
import {
  type Cohort,
  type KindRule,
  type Occurrence,
  type PlannedCoupon,
  type Progress,
  sortOf,
} from './occurrence.js';

/** The next instant of one kind. */
export interface PlannedDue<Kind extends string = DueKind> extends Occurrence {
  readonly kind: Kind;
  readonly rank: number;
}

/**
 * Of each kind of the cohort's sort the next instant, in the order in which they come. An instant that was announced
 * already is not announced again, however often the coupon changes around it; one that has passed unannounced stays in,
 * late but never lost, unless it has lapsed.
 */
export function planOf<Kind extends string = DueKind>(
  coupon: PlannedCoupon,
  cohort: Cohort,
  progress: Progress<Kind>,
  rules: Readonly<Record<Kind, KindRule>> = kinds as Readonly<Record<string, KindRule>>,
): PlannedDue<Kind>[] {
  const planned: PlannedDue<Kind>[] = [];
  for (const [kind, { of, rank, next }] of Object.entries(rules) as [Kind, KindRule][]) {
    if (of !== sortOf(cohort)) continue;
    const occurrence = next(coupon, progress, cohort);
    if (occurrence !== null && isToBeTold(occurrence, progress.announced[kind], progress.now))
      planned.push({ kind, rank, ...occurrence });
  }
  return planned.sort((a, b) => a.dueAt - b.dueAt || a.rank - b.rank);
}

function isToBeTold({ dueAt, lapsesAt }: Occurrence, announced: number | undefined, now: number): boolean {
  return dueAt !== announced && (lapsesAt === null || lapsesAt > now);
}
