import type { FieldError } from '#contracts';
import type { Coupon } from './coupon.js';
import { allowedActions, move, type OwnerAction, statusAt } from './life-cycle.js';
import { problemsToPublish } from './publish-checks.js';
import { accept, type Decision, refuse } from './refusal.js';

export interface OwnerCommand {
  readonly action: OwnerAction;
  /** The version that the caller acted on; null = whatever it is now. */
  readonly expectedVersion: number | null;
  /** Zone of the coupon's channel, taken over at publication. */
  readonly channelTimeZone: string;
}

/** Decides an owner's action. `removed` = the coupon is to be deleted. */
export function decide(coupon: Coupon, command: OwnerCommand, now: Date): Decision<Coupon | 'removed'> {
  if (command.expectedVersion !== null && command.expectedVersion !== coupon.version) {
    return refuse({
      code: 'version_conflict',
      detail: `The change was made from version ${command.expectedVersion}; the coupon is at version ${coupon.version}.`,
    });
  }
  const status = statusAt(coupon, now);
  const next = move({ ...coupon, status }, command.action, now);
  if (next === undefined) return wrongState(status, coupon, command.action);
  if (next === 'removed') return accept(next);
  return command.action === 'publish' ? published(next, command, now) : accept(next);
}

function published(coupon: Coupon, command: OwnerCommand, now: Date): Decision<Coupon> {
  const errors: FieldError[] = problemsToPublish(coupon, now);
  if (errors.length > 0) return refuse({ code: 'missing_to_publish', errors });
  // A start in the past means now (F1); none stays none.
  const startAt = coupon.startAt !== null && coupon.startAt < now ? now : coupon.startAt;
  return accept({ ...coupon, startAt, publishedAt: now, timeZone: command.channelTimeZone });
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
