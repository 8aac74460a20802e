import { Log, Shutdown, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { attemptCap, longestSleepMs, sleepMs } from '../domain/wake-up.js';
import { DueStore } from '../store/due.store.js';
import { AnnounceDue } from '../use-cases/announce-due.js';
import { DueAlarm } from '../use-cases/due-alarm.js';

/**
 * Wakes up when the next instant is due, and at least every second: another replica may have planned or died. Every
 * replica runs it; the claims keep them apart.
 */
@Injectable()
export class AnnounceDueJob {
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly announceDue: AnnounceDue,
    private readonly database: TenantDatabase,
    private readonly dues: DueStore,
    private readonly log: Log,
    alarm: DueAlarm,
    shutdown: Shutdown,
  ) {
    alarm.onRing(() => this.wake());
    shutdown.register('jobs', 'announcing due instants', () => this.stop());
  }

  @Interval(longestSleepMs)
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.run().finally(() => (this.#running = undefined));
  }

  private async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  private async run(): Promise<void> {
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        while ((await this.announceDue.run()) > 0 && !this.#stopped);
        await this.lookAhead();
      }
    } catch (error) {
      // The database is away, most likely. The next tick tries again, and catches up in order.
      this.log.warn({ err: error }, 'due instants could not be looked up; trying again');
    }
  }

  /** Between two ticks, a timer of its own for an instant that is that near. */
  private async lookAhead(): Promise<void> {
    const horizon = { attemptCap, horizonMs: longestSleepMs };
    const untilNext = await this.database.acrossTenants((tx) => this.dues.untilNextMs(tx, horizon));
    clearTimeout(this.#timer);
    const sleep = sleepMs(untilNext);
    if (!this.#stopped && sleep < longestSleepMs) this.#timer = setTimeout(() => this.wake(), sleep);
  }
}
