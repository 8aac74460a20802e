import type { EventName, TopicName } from '#contracts';
import type { TestFact } from './test-fact.js';

/**
 * A maker of the facts that tell the state of one kind of thing, with the thing's id as record key.
 * @param kind what the subject begins with
 */
export function stateFact<T extends TopicName, N extends EventName<T>>(
  topic: T,
  name: N,
  kind: string,
  idOf: (data: TestFact<T, N>['data']) => string,
): (tenantId: string, data: TestFact<T, N>['data'], revision?: number) => TestFact<T, N> {
  return (tenantId, data, revision = 1) => {
    const key = idOf(data);
    return { topic, name, tenantId, key, subject: `${kind}/${key}`, revision, data };
  };
}
