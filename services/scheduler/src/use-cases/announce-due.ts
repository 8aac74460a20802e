import { classifyError, failpoint, Log, Metrics, Outbox, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { attemptCap, lookAheadMs, retryAfterMs, sleepMs } from '../domain/wake-up.js';
import { CouponScheduleStore } from '../store/coupon-schedule.store.js';
import { type ClaimedDue, DueStore, type TakenDue } from '../store/due.store.js';
import { dueFact } from './due-fact.js';
import { nextDues } from './next-dues.js';

/** Far longer than a batch takes: a lease ends by itself only when its holder has died. */
const leaseMs = 10_000;
const batchSize = 500;

/** Announces what is due: of any tenants, oldest first, each instant by one replica. */
@Injectable()
export class AnnounceDue {
  private readonly lateness;
  private readonly skipped;

  constructor(
    private readonly database: TenantDatabase,
    private readonly dues: DueStore,
    private readonly schedules: CouponScheduleStore,
    private readonly outbox: Outbox,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.lateness = metrics.histogram(
      'scheduler_due_lateness_seconds',
      'From the due instant, or from its being planned if that was later, to the commit of its fact.',
      ['kind'],
    );
    this.skipped = metrics.counter(
      'scheduler_due_skipped_total',
      'Instants that nobody was told of, as they were past use when their turn came.',
      ['kind'],
    );
  }

  /**
   * Announces one batch.
   * @returns milliseconds until it should run again: 0 = at once, there may be more; null = at the next tick
   */
  async run(): Promise<number | null> {
    const lease = uuidv7();
    const terms = { lease, leaseMs, attemptCap, limit: batchSize };
    const claimed = await this.database.acrossTenants((tx) => this.dues.claim(tx, terms));
    await failpoint('announce-due.claimed');
    if (claimed.length === 0) return this.untilNext();
    await this.announce(claimed, lease);
    return 0;
  }

  private async untilNext(): Promise<number | null> {
    const horizon = { attemptCap, horizonMs: lookAheadMs };
    return sleepMs(await this.database.acrossTenants((tx) => this.dues.untilNextMs(tx, horizon)));
  }

  /** All at once; if that fails, by halves, so that a bad row fails alone. */
  private async announce(claimed: readonly ClaimedDue[], lease: string): Promise<void> {
    try {
      this.count(await this.commit(claimed, lease));
    } catch (error) {
      if (classifyError(error) === 'infrastructure') return this.release(claimed, lease, error);
      const [first] = claimed;
      if (first === undefined || claimed.length === 1) return this.postpone(claimed, lease, error);
      const half = claimed.length >> 1;
      await this.announce(claimed.slice(0, half), lease);
      await this.announce(claimed.slice(half), lease);
    }
  }

  /** The fact leaves, the row goes and the next of its series is planned in one transaction, or nothing happens. */
  private commit(claimed: readonly ClaimedDue[], lease: string): Promise<TakenDue[]> {
    return this.database.acrossTenants(async (tx) => {
      const cohorts = await this.schedules.lockCohorts(tx, claimed);
      const taken = await this.dues.take(tx, claimed, lease);
      const told = taken.filter(({ lapsed }) => !lapsed);
      await this.schedules.noteAnnounced(tx, told);
      await this.dues.set(tx, nextDues(taken, cohorts), attemptCap);
      await this.outbox.addAll(tx, told.map(dueFact));
      await failpoint('announce-due.written');
      return taken;
    });
  }

  private count(taken: readonly TakenDue[]): void {
    for (const { kind, lapsed, lateMs } of taken) {
      if (lapsed) this.skipped.inc({ kind });
      else this.lateness.observe({ kind }, lateMs / 1000);
    }
  }

  /** A server is away: that is not held against the rows. If they cannot even be released, their leases end. */
  private async release(claimed: readonly ClaimedDue[], lease: string, error: unknown): Promise<never> {
    const terms = { pauseMs: 0, counted: false };
    await this.database.acrossTenants((tx) => this.dues.giveBack(tx, claimed, lease, terms));
    throw error;
  }

  private async postpone(claimed: readonly ClaimedDue[], lease: string, error: unknown): Promise<void> {
    for (const due of claimed) {
      const { tenantId, couponId, cohort, kind, dueAt, attempts } = due;
      this.log.error(
        { err: error, tenantId, couponId, cohort, kind, dueAt, attempts },
        attempts >= attemptCap
          ? 'a due instant could not be announced and is parked: a newer version of its coupon revives it'
          : 'a due instant could not be announced; it is tried again',
      );
      const terms = { pauseMs: retryAfterMs(attempts), counted: true };
      await this.database.acrossTenants((tx) => this.dues.giveBack(tx, [due], lease, terms));
    }
  }
}
