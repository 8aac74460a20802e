import type { EntityManager } from 'typeorm';
import type { EventOf, TopicName } from '#contracts';

/** Any fact of any topic. */
export type AnyEvent = { [Topic in TopicName]: EventOf<Topic> }[TopicName];

/** What a consumer gets beside the fact, with `@Ctx()`. */
export interface EventContext {
  /** The tenant's transaction. It already holds the inbox row: what is written in it happens once. */
  readonly tx: EntityManager;
  readonly tenantId: string;
  /** Runs once the transaction has committed; what it throws is logged and changes nothing. */
  readonly afterCommit: (effect: () => void | Promise<void>) => void;
}

/** A consumer's method as the pipeline calls it: through Nest, so that its pipes, guards and interceptors apply. */
export type EventHandler = (event: AnyEvent, context: EventContext) => Promise<void>;

/** A consumer of many facts of one tenant at once, in their order, at least one; none of them was handled before. */
export type BatchHandler = (events: readonly AnyEvent[], context: EventContext) => Promise<void>;

/**
 * For `@EventPattern(topic, inBatches(500))`: the method gets an array of up to so many facts of one tenant, all in one
 * transaction. When it throws, they come again one by one, still as arrays.
 */
export function inBatches(atMost: number): { readonly inBatchesOf: number } {
  return { inBatchesOf: atMost };
}
