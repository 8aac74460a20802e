import { Log, Shutdown } from '#platform';
import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { tickMs } from '../domain/wake-up.js';
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

  @Interval(tickMs)
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

  /** A timer of its own for the next instant, if it is near. */
  private sleep(ms: number | null): void {
    clearTimeout(this.#timer);
    if (ms === 0) this.#again = true;
    else if (!this.#stopped && ms !== null) this.#timer = setTimeout(() => this.wake(), ms);
  }

  private async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }
}
