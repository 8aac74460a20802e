import type { CouponStatus, FinishedReason } from '#contracts';
import { type Coupon, hasEnded, hasStarted } from './coupon.js';
import { asProposed } from './revision.js';

/** What an owner may ask for. */
export const ownerActions = [
  'publish',
  'submit',
  'withdraw',
  'disable',
  'enable',
  'archive',
  'delete',
] as const;
export type OwnerAction = (typeof ownerActions)[number];

/** What the tenant decides about a coupon that was submitted, or about its pending revision (U4). */
export const tenantActions = ['approve', 'reject'] as const;
export type TenantAction = (typeof tenantActions)[number];

/** What happens to a coupon by itself: its start, its end, its last permitted redemption. */
export const systemEvents = ['start', 'end', 'exhaust'] as const;
export type SystemEvent = (typeof systemEvents)[number];

export type Move = OwnerAction | TenantAction | SystemEvent;

/** `live`: scheduled or active, as the start says. `removed`: no coupon is left. */
type Target = Exclude<CouponStatus, 'scheduled'> | 'live' | 'removed';

/**
 * The whole life cycle (product L1, L2, U4). What is not in the table is not possible: an action is refused,
 * an event changes nothing. `finished` is the only final state; a disabled coupon still finishes.
 */
const transitions: Record<CouponStatus, Partial<Record<Move, Target>>> = {
  draft: { publish: 'live', submit: 'pending_approval', delete: 'removed' },
  pending_approval: { withdraw: 'draft', approve: 'live', reject: 'draft', delete: 'removed' },
  scheduled: { archive: 'finished', start: 'active', end: 'finished', exhaust: 'finished' },
  active: { disable: 'disabled', archive: 'finished', end: 'finished', exhaust: 'finished' },
  disabled: { enable: 'active', archive: 'finished', end: 'finished', exhaust: 'finished' },
  finished: {},
};

/**
 * What waits for the tenant while a coupon is out: its status stays. Without a pending revision there is no such move;
 * whatever finishes the coupon drops it.
 */
const revisionMoves: Partial<Record<Move, 'taken over' | 'dropped'>> = {
  approve: 'taken over',
  reject: 'dropped',
  withdraw: 'dropped',
};

const reasons: Partial<Record<Move, FinishedReason>> = {
  archive: 'archived',
  end: 'end_date',
  exhaust: 'max_redemptions',
};

/** The coupon after the move, one version on; `removed` after a deletion; undefined where the tables have no such move. */
export function move(coupon: Coupon, by: Move, now: Date): Coupon | 'removed' | undefined {
  const target = transitions[coupon.status][by];
  if (target === undefined) return moveOfRevision(coupon, by);
  if (target === 'removed') return target;
  const status = target === 'live' ? (hasStarted(coupon, now) ? 'active' : 'scheduled') : target;
  const isFinished = status === 'finished';
  return {
    ...coupon,
    status,
    finishedReason: isFinished ? (reasons[by] ?? null) : null,
    pendingRevision: isFinished ? null : coupon.pendingRevision,
    version: coupon.version + 1,
  };
}

function moveOfRevision(coupon: Coupon, by: Move): Coupon | undefined {
  const fate = isOut(coupon.status) && coupon.pendingRevision !== null ? revisionMoves[by] : undefined;
  if (fate === undefined) return undefined;
  const decided = fate === 'taken over' ? asProposed(coupon) : coupon;
  return { ...decided, pendingRevision: null, version: coupon.version + 1 };
}

/** Published, and not over. */
export function isOut(status: CouponStatus): boolean {
  return status === 'scheduled' || status === 'active' || status === 'disabled';
}

/** Which of the actions the tables have for that coupon. */
export function allowedActions<Action extends OwnerAction | TenantAction>(
  { status, pendingRevision }: Pick<Coupon, 'status' | 'pendingRevision'>,
  actions: readonly Action[],
): readonly Action[] {
  const revisable = isOut(status) && pendingRevision !== null;
  return actions.filter(
    (action) =>
      transitions[status][action] !== undefined || (revisable && revisionMoves[action] !== undefined),
  );
}

/**
 * The status that `now` implies. The scheduler's fact may be under way still; an owner's action must not slip
 * through before it (an ended coupon cannot be enabled, a started one can be disabled).
 */
export function statusAt(coupon: Pick<Coupon, 'status' | 'startAt' | 'endAt'>, now: Date): CouponStatus {
  const { status } = coupon;
  if (!isOut(status)) return status;
  if (hasEnded(coupon, now)) return 'finished';
  return status === 'scheduled' && hasStarted(coupon, now) ? 'active' : status;
}
