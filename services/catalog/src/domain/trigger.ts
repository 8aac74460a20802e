import type { ChangeTriggerBody, TriggerView } from '#contracts';
import { accept, type Decision, refuse, stale } from './refusal.js';
import { same } from './same.js';

/** An external API call of the tenant's list; owners' coupons refer to it. */
export type Trigger = TriggerView;

/** The trigger itself comes back where nothing differs. */
export function changedTrigger(
  trigger: Trigger,
  fields: ChangeTriggerBody,
  expectedVersion: number | null,
): Decision<Trigger> {
  // JSON knows no undefined: a field is there with a value, or it is not there.
  const wanted = { ...trigger, ...(fields as Partial<Trigger>) };
  if (same(wanted, trigger)) return accept(trigger);
  return next(trigger, wanted, expectedVersion, 'change');
}

/** Calls still owed fail from here on, and no owner can pick it. */
export function withdrawnTrigger(trigger: Trigger, expectedVersion: number | null): Decision<Trigger> {
  return next(trigger, { ...trigger, offered: false, removed: true }, expectedVersion, 'withdraw');
}

function next(
  trigger: Trigger,
  wanted: Trigger,
  expectedVersion: number | null,
  action: string,
): Decision<Trigger> {
  if (expectedVersion !== null && expectedVersion !== trigger.version)
    return stale('trigger', trigger, expectedVersion);
  if (trigger.removed)
    return refuse({ code: 'wrong_state', detail: `Cannot ${action}: the trigger was withdrawn.` });
  return accept({ ...wanted, version: trigger.version + 1 });
}
