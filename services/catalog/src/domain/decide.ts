import { circleThrough, toldCircle } from './auto-circle.js';
import { availabilityOf } from './availability.js';
import type { Coupon } from './coupon.js';
import { allowedActions, move, type OwnerAction, statusAt } from './life-cycle.js';
import { problemsToPublish } from './publish-checks.js';
import { accept, type Decision, refuse, stale } from './refusal.js';
import type { Surroundings } from './surroundings.js';

export type OwnerCommand = {
  /** The version that the caller acted on; null = whatever it is now. */
  readonly expectedVersion: number | null;
} & (
  | { readonly action: Exclude<OwnerAction, 'publish'> }
  | { readonly action: 'publish'; readonly surroundings: Surroundings }
);

/** Decides an owner's action. `removed` = the coupon is to be deleted. */
export function decide(coupon: Coupon, command: OwnerCommand, now: Date): Decision<Coupon | 'removed'> {
  const { expectedVersion } = command;
  if (expectedVersion !== null && expectedVersion !== coupon.version)
    return stale('coupon', coupon, expectedVersion);
  const status = statusAt(coupon, now);
  const next = move({ ...coupon, status }, command.action, now);
  if (next === undefined) return wrongState(status, coupon, command.action);
  if (next === 'removed') return accept(next);
  return command.action === 'publish' ? published(next, command.surroundings, now) : accept(next);
}

function published(coupon: Coupon, surroundings: Surroundings, now: Date): Decision<Coupon> {
  const errors = problemsToPublish(coupon, surroundings, now);
  if (errors.length > 0) return refuse({ code: 'missing_to_publish', errors });
  const circle = circleThrough(coupon, surroundings.autoCoupons);
  if (circle) return refuse({ code: 'auto_coupons_in_a_circle', detail: toldCircle(circle) });
  return accept({
    ...coupon,
    // A start in the past means now (F1); none stays none.
    startAt: coupon.startAt !== null && coupon.startAt < now ? now : coupon.startAt,
    publishedAt: now,
    timeZone: surroundings.timeZone,
    triggerCost: surroundings.trigger?.cost ?? null,
    availability: availabilityOf(coupon),
  });
}

function wrongState(status: Coupon['status'], coupon: Coupon, action: OwnerAction): Decision<never> {
  const allowed = allowedActions(status);
  const state =
    status === coupon.status
      ? status
      : `${status} (its ${status === 'finished' ? 'end' : 'start'} has passed)`;
  const possible =
    allowed.length > 0 ? `Possible: ${allowed.join(', ')}.` : 'No action is possible any more.';
  return refuse({ code: 'wrong_state', detail: `Cannot ${action}: the coupon is ${state}. ${possible}` });
}
