import type { TriggerView } from '#contracts';
import type { CommandAnswer } from '#platform';

/** A trigger with its version as entity tag, for If-Match of the next change. */
export function triggerAnswer(status: number, trigger: TriggerView): CommandAnswer<TriggerView> {
  return { status, body: trigger, headers: { etag: `"${trigger.version}"` } };
}
