import { Injectable } from '@nestjs/common';
import type { BatchHandler, EventHandler } from './event-context.js';

/** The consumers of this service, by topic. */
@Injectable()
export class EventHandlers {
  readonly #handlers = new Map<string, EventHandler>();
  readonly #batches = new Map<string, { handler: BatchHandler; atMost: number }>();

  /** @throws Error when the topic has one: two in one transaction would have to fail together */
  add(topic: string, handler: EventHandler): void {
    if (this.#handlers.has(topic)) throw new Error(`${topic} has two consumers in one service: join them`);
    this.#handlers.set(topic, handler);
  }

  /** One that takes up to `atMost` facts at once; single ones reach it as arrays of one. */
  addBatch(topic: string, handler: BatchHandler, atMost: number): void {
    this.add(topic, (event, context) => handler([event], context));
    this.#batches.set(topic, { handler, atMost });
  }

  of(topic: string): EventHandler | undefined {
    return this.#handlers.get(topic);
  }

  /** undefined for consumers that take one fact at a time. */
  batchOf(topic: string): { readonly handler: BatchHandler; readonly atMost: number } | undefined {
    return this.#batches.get(topic);
  }

  topics(): string[] {
    return [...this.#handlers.keys()];
  }
}
