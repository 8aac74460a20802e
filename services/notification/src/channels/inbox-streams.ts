import { Injectable } from '@nestjs/common';
import { Clock, Metrics, ProblemError, Shutdown } from '#platform';
import { NotificationConfig } from '../config.js';
import { InboxWakeUps } from '../redis/inbox-wake-ups.js';
import { InboxStream, type StreamOwner } from './inbox-stream.js';

/** How long a stream that was told to end may take to do so when the process stops. */
const GRACE_MS = 1_000;

/** The open streams of this process, by user; bounded per user and in all. */
@Injectable()
export class InboxStreams {
  readonly #byUser = new Map<string, InboxStream[]>();
  #open = 0;
  #stopping = false;

  constructor(
    private readonly config: NotificationConfig,
    private readonly wakeUps: InboxWakeUps,
    private readonly clock: Clock,
    private readonly metrics: Metrics,
    shutdown: Shutdown,
  ) {
    metrics.gauge('notification_open_streams', 'Live streams that clients hold open', [], (gauge) =>
      gauge.set(this.#open),
    );
    shutdown.register('traffic', 'live streams', () => this.#endAll());
  }

  /** Throws ProblemError `overloaded` when the process holds as many streams as it may. */
  assertRoom(): void {
    if (this.#stopping || this.#open >= this.config.STREAMS_PER_PROCESS)
      throw new ProblemError('overloaded', {
        detail: 'Too many live streams are open.',
        retryAfterSeconds: 5,
      });
  }

  /** From here on the stream is rung when its user has news. A user's oldest stream gives way to one too many. */
  add(stream: InboxStream): void {
    const key = keyOf(stream.owner);
    const streams = this.#byUser.get(key) ?? [];
    if (streams.length >= this.config.STREAMS_PER_USER) streams[0]?.close('replaced');
    streams.push(stream);
    this.#byUser.set(key, streams);
    this.#open++;
    if (this.#stopping) stream.close('shutting_down');
    // What came in before the subscription stood is found by looking once more.
    if (streams.length === 1) this.wakeUps.subscribe(stream.owner, () => this.#ring(key));
  }

  remove(stream: InboxStream): void {
    const key = keyOf(stream.owner);
    const streams = this.#byUser.get(key);
    const index = streams?.indexOf(stream) ?? -1;
    if (!streams || index < 0) return;
    streams.splice(index, 1);
    this.#open--;
    this.#countEnd(stream);
    if (streams.length > 0) return;
    this.#byUser.delete(key);
    this.wakeUps.unsubscribe(stream.owner);
  }

  /** Users with open streams, by tenant. */
  owners(): Map<string, string[]> {
    const owners = new Map<string, string[]>();
    for (const [first] of this.#byUser.values()) {
      if (!first) continue;
      const users = owners.get(first.owner.tenantId);
      if (users) users.push(first.owner.userId);
      else owners.set(first.owner.tenantId, [first.owner.userId]);
    }
    return owners;
  }

  /** Rings the user's streams that have not come as far as `last`. */
  ringBehind(owner: StreamOwner, last: number): void {
    for (const stream of this.#byUser.get(keyOf(owner)) ?? []) if (stream.position < last) stream.ring();
  }

  /** Whether news of other replicas rings the streams at present; if not, only a look at the database finds it. */
  hearNews(): boolean {
    return this.wakeUps.isListening();
  }

  /** Cuts off clients that have taken nothing for too long, so that they do not hold memory for ever. */
  cutStalled(): void {
    const limit = this.clock.now().getTime() - this.config.STREAM_STALLED_AFTER_MS;
    for (const stream of this.#all())
      if (stream.blockedSince !== null && stream.blockedSince < limit) stream.cut();
  }

  /** Tells all clients that the process stops; they resume with another replica. */
  async #endAll(): Promise<void> {
    this.#stopping = true;
    for (const stream of this.#all()) stream.close('shutting_down');
    const deadline = Date.now() + GRACE_MS;
    while (this.#open > 0 && Date.now() < deadline) await new Promise((done) => setTimeout(done, 10));
    for (const stream of this.#all()) stream.cut();
  }

  #all(): InboxStream[] {
    return [...this.#byUser.values()].flat();
  }

  #ring(key: string): void {
    for (const stream of this.#byUser.get(key) ?? []) stream.ring();
  }

  #countEnd(stream: InboxStream): void {
    this.metrics
      .counter('notification_streams_ended_total', 'Live streams that ended, by reason', ['reason'])
      .inc({ reason: stream.end ?? 'left' });
  }
}

function keyOf(owner: StreamOwner): string {
  return `${owner.tenantId}/${owner.userId}`;
}
