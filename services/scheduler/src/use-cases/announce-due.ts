import { classifyError, failpoint, Log, Metrics, type NewEvent, Outbox, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { dueFacts } from '../domain/plan.js';
import { attemptCap, lookAheadMs, retryAfterMs, sleepMs } from '../domain/wake-up.js';
import { CouponScheduleStore } from '../store/coupon-schedule.store.js';
import { type ClaimedDue, DueStore, type TakenDue } from '../store/due.store.js';

/** Far longer than a batch takes: a lease ends by itself only when its holder has died. */
const leaseMs = 5_000;
const batchSize = 200;
/** Tenants whose instants are announced side by side; each holds a connection meanwhile. */
const tenantsAtOnce = 4;

@Injectable()
export class AnnounceDue {
  constructor(
    private readonly database: TenantDatabase,
    private readonly dues: DueStore,
    private readonly schedules: CouponScheduleStore,
    private readonly outbox: Outbox,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /**
   * Announces one batch of what is due, oldest first.
   * @returns milliseconds until it should run again: 0 = at once, there may be more; null = at the next tick
   */
  async run(): Promise<number | null> {
    const lease = uuidv7();
    const terms = { lease, leaseMs, attemptCap, limit: batchSize };
    const claimed = await this.database.acrossTenants((tx) => this.dues.claim(tx, terms));
    await failpoint('announce-due.claimed');
    const tenants = [...Map.groupBy(claimed, ({ tenantId }) => tenantId).values()];
    for (let at = 0; at < tenants.length; at += tenantsAtOnce) {
      await Promise.all(tenants.slice(at, at + tenantsAtOnce).map((dues) => this.announce(dues, lease)));
    }
    return claimed.length > 0 ? 0 : this.untilNext();
  }

  private async untilNext(): Promise<number | null> {
    const horizon = { attemptCap, horizonMs: lookAheadMs };
    return sleepMs(await this.database.acrossTenants((tx) => this.dues.untilNextMs(tx, horizon)));
  }

  /** All of one tenant at once; if that fails, one by one, so that a bad row fails alone. */
  private async announce(dues: readonly ClaimedDue[], lease: string): Promise<void> {
    try {
      await this.commit(dues, lease);
    } catch (error) {
      if (classifyError(error) === 'infrastructure') await this.release(dues, lease, error);
      else if (dues.length > 1) for (const due of dues) await this.announce([due], lease);
      else for (const due of dues) await this.postpone(due, lease, error);
    }
  }

  /** A server is away: that is not held against the rows. If they cannot even be released, their leases end. */
  private async release(dues: readonly ClaimedDue[], lease: string, error: unknown): Promise<never> {
    const terms = { pauseMs: 0, counted: false };
    await this.database.acrossTenants(async (tx) => {
      for (const due of dues) await this.dues.giveBack(tx, due, lease, terms);
    });
    throw error;
  }

  /** The fact leaves and the row goes in one transaction: whoever dies in between has announced nothing. */
  private async commit(dues: readonly ClaimedDue[], lease: string): Promise<void> {
    const [first] = dues;
    if (first === undefined) return;
    const { tenantId } = first;
    const announced = await this.database.transaction(tenantId, async (tx) => {
      await this.schedules.lock(tx, tenantId, dues.map(({ couponId }) => couponId)); // prettier-ignore
      const taken = await this.dues.take(tx, tenantId, dues, lease);
      await this.schedules.markAnnounced(tx, tenantId, taken);
      await this.outbox.addAll(tx, taken.map(dueFact));
      await failpoint('announce-due.written');
      return taken;
    });
    for (const { kind, lateMs } of announced) this.lateness.observe({ kind }, lateMs / 1000);
  }

  private async postpone(due: ClaimedDue, lease: string, error: unknown): Promise<void> {
    const { tenantId, couponId, kind, dueAt, attempts } = due;
    const parked = attempts >= attemptCap;
    this.log.error(
      { err: error, tenantId, couponId, kind, dueAt, attempts },
      parked
        ? 'a due instant could not be announced and is parked: a newer version of its coupon revives it'
        : 'a due instant could not be announced; it is tried again',
    );
    await this.database.acrossTenants((tx) =>
      this.dues.giveBack(tx, due, lease, { pauseMs: retryAfterMs(attempts), counted: true }),
    );
  }

  private get lateness() {
    return this.metrics.histogram(
      'scheduler_due_lateness_seconds',
      'From the due instant to the commit of its fact.',
      ['kind'],
    );
  }
}

/** Its time is when it is announced, however late: readers refuse facts that are older than what they remember. */
function dueFact({ tenantId, couponId, kind, dueAt, takenAt }: TakenDue): NewEvent<'scheduler.due.v1'> {
  return {
    topic: 'scheduler.due.v1',
    name: dueFacts[kind],
    tenantId,
    key: couponId,
    subject: `coupon/${couponId}`,
    time: takenAt.toISOString(),
    data: { couponId, dueAt: dueAt.toISOString() },
  };
}
