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
