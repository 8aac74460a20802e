import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Clock, Log, type Principal, TenantDatabase } from '#platform';
import { InboxStream } from '../channels/inbox-stream.js';
import { InboxStreams } from '../channels/inbox-streams.js';
import { pulledReadable } from '../channels/pulled-readable.js';
import { endChunk, heartbeatChunk, messageChunk, openingChunk } from '../channels/event-stream.js';
import { NotificationConfig } from '../config.js';
import { MessageStore, type PlacedMessage } from '../store/message.store.js';

/** Messages read at a time; the next ones are read when the client has taken these. */
const PAGE = 50;
/** Bytes that may wait for a slow client, besides what the operating system buffers. */
const HIGH_WATER_MARK = 16_384;

/** Follows a user's inbox. The database is the truth; whatever rings a stream only makes it look there. */
@Injectable()
export class StreamInbox {
  constructor(
    private readonly database: TenantDatabase,
    private readonly messages: MessageStore,
    private readonly streams: InboxStreams,
    private readonly config: NotificationConfig,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * A text/event-stream of the principal's messages behind `lastSeen` (null = only those from now on).
   * Everything that can refuse does so before the first byte: ProblemError, or the database's error.
   */
  async open(principal: Principal, lastSeen: number | null): Promise<Readable> {
    this.streams.assertRoom();
    const owner = { tenantId: principal.tenantId, userId: principal.subject };
    const last = await this.#lastPosition(owner.tenantId, owner.userId);
    // A position from the future (a restored database) would be deaf until the inbox has caught up with it.
    const position = Math.min(lastSeen ?? last, last);
    this.streams.assertRoom();
    const stream = new InboxStream(owner, position, () => readable.destroy());
    const readable: Readable = pulledReadable(this.#chunks(stream, principal.expiresAt * 1000), {
      highWaterMark: HIGH_WATER_MARK,
      onGone: () => {
        stream.close('left');
        this.streams.remove(stream);
      },
    });
    this.streams.add(stream);
    return readable;
  }

  async *#chunks(stream: InboxStream, expiresAt: number): AsyncGenerator<string, void, void> {
    yield* this.#offer(stream, openingChunk(stream.position));
    let spokenAt = this.#now();
    while (stream.end === null) {
      for await (const { position, message } of this.#news(stream)) {
        yield* this.#offer(stream, messageChunk(position, message));
        stream.position = position;
        spokenAt = this.#now();
        if (stream.end !== null) break;
      }
      if (this.#now() >= expiresAt) stream.close('token_expired');
      if (this.#now() - spokenAt >= this.config.STREAM_HEARTBEAT_MS) {
        yield* this.#offer(stream, heartbeatChunk);
        spokenAt = this.#now();
      }
      const heartbeatInMs = spokenAt + this.config.STREAM_HEARTBEAT_MS - this.#now();
      await stream.wait(Math.max(0, Math.min(heartbeatInMs, expiresAt - this.#now())));
    }
    if (stream.end !== 'left') yield* this.#offer(stream, endChunk(stream.end));
  }

  /** What lies behind the stream's position. A database that fails ends the stream: the client resumes later. */
  async *#news(stream: InboxStream): AsyncGenerator<PlacedMessage> {
    const { tenantId, userId } = stream.owner;
    try {
      for (let more = true; more && stream.end === null;) {
        const page = await this.database.read(tenantId, (tx) =>
          this.messages.after(tx, tenantId, userId, { after: stream.position, limit: PAGE }),
        );
        yield* page;
        more = page.length === PAGE;
      }
    } catch (err) {
      this.log.warn({ err, userId }, 'a live stream ends: the inbox cannot be read');
      stream.close('unavailable');
    }
  }

  /** Notes for how long the client lets a chunk lie. */
  *#offer(stream: InboxStream, chunk: string): Generator<string> {
    stream.blockedSince = this.#now();
    yield chunk;
    stream.blockedSince = null;
  }

  async #lastPosition(tenantId: string, userId: string): Promise<number> {
    const positions = await this.database.read(tenantId, (tx) =>
      this.messages.lastPositions(tx, tenantId, [userId]),
    );
    return positions.get(userId) ?? 0;
  }

  #now(): number {
    return this.clock.now().getTime();
  }
}
