import { Log, Shutdown } from '#platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { longestSleepMs } from '../domain/wake-up.js';
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

  private async run(): Promise<void> {
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        this.sleep(await this.announceDue.run());
      }
    } catch (error) {
      // The database is away, most likely. The next tick tries again, and catches up in order.
      this.log.warn({ err: error }, 'due instants could not be looked up; trying again');
    }
  }

  /** Between two ticks, a timer of its own for an instant that is that near. */
  private sleep(ms: number): void {
    clearTimeout(this.#timer);
    if (ms === 0) this.#again = true;
    else if (!this.#stopped && ms < longestSleepMs) this.#timer = setTimeout(() => this.wake(), ms);
  }

  private async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }
}
