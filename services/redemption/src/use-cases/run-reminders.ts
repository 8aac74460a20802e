import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Log, Metrics, Shutdown, TenantDatabase } from '#platform';
import { type ReminderRun, ReminderRunStore } from '../store/reminder-run.store.js';
import { LEASE_SECONDS, RemindStretch } from './remind-stretch.js';

/** Seconds until a cohort that has failed is looked at again: its coupon may stand in the way of nobody else's. */
const FAILED_PAUSE_SECONDS = 10;

/** Goes through cohorts, the oldest first, one at a time in this process; a lease keeps processes apart. */
@Injectable()
export class RunReminders {
  private isWanted = false;
  private isStopped = false;
  private running: Promise<void> | undefined;

  constructor(
    private readonly database: TenantDatabase,
    private readonly runs: ReminderRunStore,
    private readonly remindStretch: RemindStretch,
    private readonly metrics: Metrics,
    private readonly log: Log,
    shutdown: Shutdown,
  ) {
    shutdown.register('jobs', 'reminders', () => this.stop());
    metrics.gauge(
      'redemption_reminder_lag_seconds',
      'Since when the oldest cohort of reminders is due that has not been gone through',
      [],
      async (gauge) => gauge.set(await this.database.acrossTenants((tx) => this.runs.lagSeconds(tx))),
    );
  }

  /** There may be something to do. Returns at once; never throws. */
  readonly nudge = (): void => {
    this.isWanted = true;
    if (!this.isStopped) this.running ??= this.work().finally(() => (this.running = undefined));
  };

  private async work(): Promise<void> {
    while (this.isWanted && !this.isStopped) {
      this.isWanted = false;
      try {
        await this.goThroughAll();
      } catch (err) {
        this.log.warn({ err }, 'reminders could not be gone through; trying again at the next wake-up');
      }
    }
  }

  private async goThroughAll(): Promise<void> {
    while (!this.isStopped) {
      const owner = randomUUID();
      const run = await this.database.acrossTenants((tx) => this.runs.claim(tx, owner, LEASE_SECONDS));
      if (run === undefined) return;
      await this.goThrough(run, owner);
    }
  }

  private async goThrough(run: ReminderRun, owner: string): Promise<void> {
    const { tenantId, couponId, dueAt } = run;
    try {
      while (!this.isStopped) {
        const outcome = await this.remindStretch.run(run, owner);
        if (outcome.kind === 'early') return await this.rest(run, owner, outcome.pauseMs / 1000);
        this.reminded.inc(outcome.reminded);
        if (outcome.kind === 'vain')
          this.log.error(
            { tenantId, couponId, dueAt },
            'reminded nobody: its coupon in that version never came',
          );
        if (outcome.kind !== 'more') return;
      }
      await this.rest(run, owner, 0);
    } catch (err) {
      this.log.error({ err, tenantId, couponId, dueAt }, 'a cohort of reminders failed; it is tried again');
      await this.rest(run, owner, FAILED_PAUSE_SECONDS);
    }
  }

  private rest(run: ReminderRun, owner: string, seconds: number): Promise<void> {
    return this.database.acrossTenants((tx) => this.runs.rest(tx, run, owner, seconds));
  }

  private get reminded() {
    return this.metrics.counter('redemption_reminders_total', 'Users reminded of a coupon that expires soon');
  }

  private async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }
}
