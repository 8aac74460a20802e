import { circleThrough, toldCircle } from './auto-circle.js';
import { availabilityOf } from './availability.js';
import type { Coupon } from './coupon.js';
import { problemsOfWay } from './going-out.js';
import {
  allowedActions,
  isOut,
  move,
  type OwnerAction,
  ownerActions,
  statusAt,
  type TenantAction,
  tenantActions,
} from './life-cycle.js';
import { problemsAfterPublication, problemsToPublish } from './publish-checks.js';
import { imageIsStored, notOffered } from './publish-rules/references.js';
import { accept, type Decision, refuse, stale } from './refusal.js';
import { same } from './same.js';
import type { Surroundings } from './surroundings.js';

export type CouponCommand = {
  /** The version that the caller acted on; null = whatever it is now. */
  readonly expectedVersion: number | null;
} & (
  | { readonly action: Exclude<OwnerAction, 'publish' | 'submit'> }
  | { readonly action: 'publish' | 'submit' | 'approve'; readonly surroundings: Surroundings }
  | { readonly action: 'reject'; readonly reason: string }
);

/** Decides what an owner or the tenant does to a coupon. `removed` = the coupon is to be deleted. */
export function decide(coupon: Coupon, command: CouponCommand, now: Date): Decision<Coupon | 'removed'> {
  const { expectedVersion } = command;
  if (expectedVersion !== null && expectedVersion !== coupon.version)
    return stale('coupon', coupon, expectedVersion);
  const status = statusAt(coupon, now);
  const next = move({ ...coupon, status }, command.action, now);
  if (next === undefined) return wrongState(status, coupon, command.action);
  if (next === 'removed') return accept(next);
  switch (command.action) {
    case 'approve':
      if (isOut(status)) return revised(coupon, next, command, now);
      return goneOut(next, command, now);
    case 'publish':
    case 'submit':
      return goneOut(next, command, now);
    case 'reject':
      return accept({ ...next, rejectedBecause: command.reason });
    default:
      return accept(next);
  }
}

type GoingOut = Extract<CouponCommand, { readonly surroundings: Surroundings }>;

/** Submission asks for all that publication asks for; approval asks again, as time has passed. */
function goneOut(coupon: Coupon, { action, surroundings }: GoingOut, now: Date): Decision<Coupon> {
  const errors = [
    ...problemsToPublish(coupon, surroundings, now),
    ...(action === 'approve' ? [] : problemsOfWay(coupon, action)),
  ];
  if (errors.length > 0) return refuse({ code: 'missing_to_publish', errors });
  const circle = circleThrough(coupon, surroundings.autoCoupons);
  if (circle) return refuse({ code: 'auto_coupons_in_a_circle', detail: toldCircle(circle) });
  return accept(
    action === 'submit' ? { ...coupon, rejectedBecause: null } : published(coupon, surroundings, now),
  );
}

/** A pending revision goes live: only what it changes is asked about; what the coupon lacks already, it is out with. */
function revised(before: Coupon, after: Coupon, { surroundings }: GoingOut, now: Date): Decision<Coupon> {
  const { trigger, partnerId } = surroundings;
  const takesTrigger = after.triggerId !== before.triggerId;
  const known = problemsAfterPublication(before, now);
  const errors = [
    ...problemsAfterPublication(after, now).filter((one) => !known.some((other) => same(one, other))),
    ...(takesTrigger ? notOffered(after.triggerId, trigger, partnerId) : []),
    ...(after.imageId === before.imageId ? [] : imageIsStored(after, surroundings, now)),
  ];
  if (errors.length > 0) return refuse({ code: 'missing_to_publish', errors });
  const triggerCost = takesTrigger ? (trigger?.cost ?? null) : before.triggerCost;
  return accept({ ...after, triggerCost, rejectedBecause: null });
}

function published(coupon: Coupon, surroundings: Surroundings, now: Date): Coupon {
  return {
    ...coupon,
    // A start in the past means now (F1); none stays none.
    startAt: coupon.startAt !== null && coupon.startAt < now ? now : coupon.startAt,
    publishedAt: now,
    timeZone: surroundings.timeZone,
    triggerCost: surroundings.trigger?.cost ?? null,
    rejectedBecause: null,
    availability: availabilityOf(coupon),
  };
}

const revisionActions: ReadonlySet<string> = new Set(['withdraw', ...tenantActions]);

function wrongState(
  status: Coupon['status'],
  coupon: Coupon,
  action: OwnerAction | TenantAction,
): Decision<never> {
  const isTenants = action === 'approve' || action === 'reject';
  const allowed = allowedActions<OwnerAction | TenantAction>(
    { ...coupon, status },
    isTenants ? tenantActions : ownerActions,
  );
  const awaits = revisionActions.has(action) && isOut(status) ? ', without a pending revision' : '';
  const state =
    status === coupon.status
      ? `${status}${awaits}`
      : `${status} (its ${status === 'finished' ? 'end' : 'start'} has passed)`;
  const possible =
    allowed.length > 0 ? `Possible: ${allowed.join(', ')}.` : 'No action is possible any more.';
  return refuse({ code: 'wrong_state', detail: `Cannot ${action}: the coupon is ${state}. ${possible}` });
}
