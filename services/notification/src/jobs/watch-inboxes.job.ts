import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Log, Shutdown } from '#platform';
import { InboxStreams } from '../channels/inbox-streams.js';
import { NotificationConfig } from '../config.js';
import { RingMovedInboxes } from '../use-cases/ring-moved-inboxes.js';
import { repeat } from './repeat.js';

/** A wake-up over Redis may get lost; while Redis is there that is rare, and so is this look. */
const SELDOM = 3;

/**
 * Looks into the database for streams that are behind. With Redis it only finds what a lost wake-up left; without, it is
 * what makes the streams live.
 */
@Injectable()
export class WatchInboxesJob implements OnApplicationBootstrap {
  constructor(
    private readonly ringMovedInboxes: RingMovedInboxes,
    private readonly streams: InboxStreams,
    private readonly config: NotificationConfig,
    private readonly log: Log,
    private readonly shutdown: Shutdown,
  ) {}

  onApplicationBootstrap(): void {
    const repetition = repeat(
      () => this.#look(),
      () => this.config.STREAM_POLL_MS * (this.streams.hearNews() ? SELDOM : 1),
      (err) => this.log.warn({ err }, 'inboxes of live streams could not be looked at'),
    );
    this.shutdown.register('jobs', 'looking after live streams', () => repetition.stop());
  }

  #look(): Promise<void> {
    this.streams.cutStalled();
    return this.ringMovedInboxes.run();
  }
}
