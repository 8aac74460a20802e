import { Injectable } from '@nestjs/common';
import { SSE_METADATA } from '@nestjs/common/constants.js';
import type { FastifyReply } from 'fastify';

/** Answers without an end of their own (server-sent events): a process that stops has to end them itself. */
@Injectable()
export class EventStreams {
  readonly #open = new Set<FastifyReply['raw']>();
  readonly #isStream = new Map<object, boolean>();

  /** Remembers the answer if the handler streams. */
  follow(handler: object, reply: FastifyReply): void {
    let streams = this.#isStream.get(handler);
    if (streams === undefined) {
      streams = Reflect.getMetadata(SSE_METADATA, handler) === true;
      this.#isStream.set(handler, streams);
    }
    if (!streams) return;
    const { raw } = reply;
    this.#open.add(raw);
    raw.once('close', () => this.#open.delete(raw));
  }

  /** The clients see a stream that has ended and connect again, elsewhere. */
  endAll(): void {
    for (const raw of this.#open) raw.end();
  }
}
