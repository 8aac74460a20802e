import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Log, Metrics, Shutdown } from '#platform';
import { CountWaitingMessages } from '../use-cases/count-waiting-messages.js';
import { DrainPendingMessages } from '../use-cases/drain-pending-messages.js';
import { repeat } from './repeat.js';

const EVERY_MS = 500;

/** Looks after the messages that wait; every replica may run it, a claim is one replica's alone. */
@Injectable()
export class FinishPendingMessagesJob implements OnApplicationBootstrap {
  constructor(
    private readonly drain: DrainPendingMessages,
    private readonly countWaitingMessages: CountWaitingMessages,
    private readonly metrics: Metrics,
    private readonly log: Log,
    private readonly shutdown: Shutdown,
  ) {}

  onApplicationBootstrap(): void {
    this.#registerBacklog();
    const repetition = repeat(
      () => this.drain.due(),
      () => EVERY_MS,
      (err) => this.log.warn({ err }, 'waiting messages could not be looked at'),
    );
    this.shutdown.register('jobs', 'finishing waiting messages', () => repetition.stop());
  }

  /** Read when scraped, so an idle process asks nothing. */
  #registerBacklog(): void {
    const waiting = this.metrics.gauge('notification_messages_waiting', 'Redemptions whose message waits');
    const parked = this.metrics.gauge(
      'notification_messages_parked',
      'Waiting ones that nobody looks at any more; an operator must look',
    );
    this.metrics.gauge(
      'notification_messages_waiting_oldest_seconds',
      'How long the oldest waiting one has waited',
      [],
      async (oldest) => {
        // A database that is away must not take the other metrics with it.
        const backlog = await this.countWaitingMessages.run().catch(() => null);
        if (!backlog) return;
        waiting.set(backlog.waiting);
        parked.set(backlog.parked);
        oldest.set(backlog.oldestSeconds);
      },
    );
  }
}
