import type { CouponSnapshot, EventName } from '#contracts';

/** The kinds of instant that the scheduler announces, and the fact that announces each. */
export const dueFacts = {
  start: 'coupon-start-due',
  end: 'coupon-end-due',
} as const satisfies Record<string, EventName<'scheduler.due.v1'>>;

export type DueKind = keyof typeof dueFacts;
export const dueKinds = Object.keys(dueFacts) as readonly DueKind[];

/** Of each kind only the next instant to come; null = nothing of that kind is to come. */
export type DuePlan = Readonly<Record<DueKind, Date | null>>;

type Planned = Pick<CouponSnapshot, 'status'> & {
  readonly schedule: Pick<CouponSnapshot['schedule'], 'startAt' | 'endAt'>;
};

/** A kind is a row of this table: when it is to come, given the coupon as it stands. */
const planners: Record<DueKind, (coupon: Planned) => string | null> = {
  start: ({ status, schedule }) => (status === 'scheduled' ? schedule.startAt : null),
  // A disabled coupon still finishes at its end.
  end: ({ status, schedule }) =>
    status === 'scheduled' || status === 'active' || status === 'disabled' ? schedule.endAt : null,
};

/** What is still to come for a coupon. An instant in the past stays in: it is announced at once, late but never lost. */
export function planOf(coupon: Planned): DuePlan {
  const at = (kind: DueKind) => {
    const instant = planners[kind](coupon);
    return instant === null ? null : new Date(instant);
  };
  return { start: at('start'), end: at('end') };
}

/** What to do with the stored row of one kind. */
export type DueChange =
  | { readonly kind: DueKind; readonly to: 'set'; readonly dueAt: Date }
  | { readonly kind: DueKind; readonly to: 'remove' };

/**
 * The changes that bring the stored rows to the plan. An instant that was announced already is not announced
 * again, however often the coupon changes around it.
 */
export function changesTo(plan: DuePlan, announced: Partial<Record<DueKind, Date>>): DueChange[] {
  return dueKinds.map((kind) => {
    const dueAt = plan[kind];
    if (dueAt === null || dueAt.getTime() === announced[kind]?.getTime()) return { kind, to: 'remove' };
    return { kind, to: 'set', dueAt };
  });
}
