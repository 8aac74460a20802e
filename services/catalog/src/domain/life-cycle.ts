import type { CouponStatus, FinishedReason } from '#contracts';
import { type Coupon, hasEnded, hasStarted } from './coupon.js';

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

/** What the tenant decides about a coupon that was submitted (U4). */
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

const reasons: Partial<Record<Move, FinishedReason>> = {
  archive: 'archived',
  end: 'end_date',
  exhaust: 'max_redemptions',
};

/** The coupon after the move, one version on; `removed` after a deletion; undefined where the table has no such move. */
export function move(coupon: Coupon, by: Move, now: Date): Coupon | 'removed' | undefined {
  const target = transitions[coupon.status][by];
  if (target === undefined || target === 'removed') return target;
  const status = target === 'live' ? (hasStarted(coupon, now) ? 'active' : 'scheduled') : target;
  const finishedReason = status === 'finished' ? (reasons[by] ?? null) : null;
  return { ...coupon, status, finishedReason, version: coupon.version + 1 };
}

/** Which of the actions the table has in that state. */
export function allowedActions<Action extends OwnerAction | TenantAction>(
  status: CouponStatus,
  actions: readonly Action[],
): readonly Action[] {
  return actions.filter((action) => transitions[status][action] !== undefined);
}

/**
 * The status that `now` implies. The scheduler's fact may be under way still; an owner's action must not slip
 * through before it (an ended coupon cannot be enabled, a started one can be disabled).
 */
export function statusAt(coupon: Coupon, now: Date): CouponStatus {
  const { status } = coupon;
  if (status === 'draft' || status === 'pending_approval' || status === 'finished') return status;
  if (hasEnded(coupon, now)) return 'finished';
  return status === 'scheduled' && hasStarted(coupon, now) ? 'active' : status;
}
