import type { ChangeTriggerBody, CreateTriggerBody, FieldError, TriggerView } from '#contracts';
import { errorIf } from './publish-rules/publish-rule.js';
import { accept, type Decision, refuse, stale } from './refusal.js';
import { same } from './same.js';
import type { KnownTrigger } from './surroundings.js';
import { problemsOfCall } from './trigger-call.js';

/** An external API call of the tenant's list; owners' coupons refer to it. */
export type Trigger = TriggerView;

/** @param partners those of the accounts named by `fields` that the tenant has */
export function newTrigger(
  triggerId: string,
  fields: CreateTriggerBody,
  partners: readonly string[],
): Decision<Trigger> {
  const errors = [...problemsOfCall(fields), ...problemsOfPartners(fields.partnerIds, partners)];
  if (errors.length > 0) return refuse({ code: 'invalid_request', errors });
  return accept({ triggerId, ...fields, removed: false, version: 1 });
}

/**
 * The trigger itself comes back where nothing differs.
 * @param partners those of the accounts named by `fields` that the tenant has
 */
export function changedTrigger(
  trigger: Trigger,
  fields: ChangeTriggerBody,
  expectedVersion: number | null,
  partners: readonly string[],
): Decision<Trigger> {
  // JSON knows no undefined: a field is there with a value, or it is not there.
  const wanted = { ...trigger, ...(fields as Partial<Trigger>) };
  if (same(wanted, trigger)) return accept(trigger);
  const next = movedOn(trigger, wanted, expectedVersion, 'change');
  if (!next.accepted) return next;
  // What was wrong before, taken when less was asked for, keeps nobody from changing anything else.
  const known = problemsOfCall(trigger);
  const errors = [
    ...problemsOfCall(wanted).filter((one) => !known.some((other) => same(one, other))),
    ...problemsOfPartners(wanted.partnerIds, [...partners, ...(trigger.partnerIds ?? [])]),
  ];
  return errors.length > 0 ? refuse({ code: 'invalid_request', errors }) : next;
}

/** Whether coupons of the account may take it from now on. */
export function isOfferedTo(
  { offered, removed, partnerIds }: Pick<KnownTrigger, 'offered' | 'removed' | 'partnerIds'>,
  partnerId: string,
): boolean {
  return offered && !removed && (partnerIds === null || partnerIds.includes(partnerId));
}

/** Calls still owed fail from here on, and no owner can pick it. */
export function withdrawnTrigger(trigger: Trigger, expectedVersion: number | null): Decision<Trigger> {
  return movedOn(trigger, { ...trigger, offered: false, removed: true }, expectedVersion, 'withdraw');
}

function movedOn(
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

function problemsOfPartners(named: readonly string[] | null, known: readonly string[]): FieldError[] {
  return (named ?? []).flatMap((partnerId, nth, all) => [
    ...errorIf(!known.includes(partnerId), `/partnerIds/${nth}`, 'is not an account of the tenant'),
    ...errorIf(all.indexOf(partnerId) !== nth, `/partnerIds/${nth}`, 'is there already'),
  ]);
}
