import { Injectable } from '@nestjs/common';
import type { EventHandler } from './event-context.js';

/** The consumers of this service, by topic. */
@Injectable()
export class EventHandlers {
  readonly #handlers = new Map<string, EventHandler>();

  /** @throws Error when the topic has one: two in one transaction would have to fail together */
  add(topic: string, handler: EventHandler): void {
    if (this.#handlers.has(topic)) throw new Error(`${topic} has two consumers in one service: join them`);
    this.#handlers.set(topic, handler);
  }

  of(topic: string): EventHandler | undefined {
    return this.#handlers.get(topic);
  }

  topics(): string[] {
    return [...this.#handlers.keys()];
  }
}
