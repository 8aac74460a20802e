import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Clock, type NewEvent, Outbox, TenantDatabase } from '#platform';
import { type RefusalCount, RefusalCounts } from './refusal-counts.js';

const MINUTE_MS = 60_000;
/** Facts written in one transaction. */
const AT_A_TIME = 500;
/** Parts kept while the database is away; what is older is lost. */
const MOST_KEPT = 200;

type RefusalFact = NewEvent<'redemption.refusal.v1', 'refusals-counted'>;

/** What one transaction writes: of one tenant. */
interface Part {
  readonly tenantId: string;
  readonly counts: readonly RefusalCount[];
  /** With their ids: should a commit whose answer was lost be made again, readers know the facts. */
  readonly facts: readonly RefusalFact[];
}

/** Counted refusals become facts, a minute's at once. A process that dies takes those with it that it has not written. */
@Injectable()
export class TellRefusals {
  private minute: number;
  /** Of minutes that are over, oldest first. */
  private readonly pending: Part[] = [];

  constructor(
    private readonly counts: RefusalCounts,
    private readonly database: TenantDatabase,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {
    this.minute = this.thisMinute();
  }

  /** Writes what was counted in minutes that are over. Not to be called again before it has ended. */
  async run(): Promise<void> {
    if (this.thisMinute() !== this.minute) this.closeMinute();
    await this.write();
  }

  /** Writes everything, the minute under way too; what cannot be written now is lost. */
  async finish(): Promise<void> {
    this.closeMinute();
    try {
      await this.write();
    } catch (error) {
      for (const { counts } of this.pending.splice(0)) this.counts.lose(counts);
      throw error;
    }
  }

  private closeMinute(): void {
    const start = new Date(this.minute).toISOString();
    this.minute = this.thisMinute();
    const byTenant = Map.groupBy(this.counts.take(), ({ tenantId }) => tenantId);
    for (const [tenantId, all] of byTenant)
      for (let from = 0; from < all.length; from += AT_A_TIME) {
        const counts = all.slice(from, from + AT_A_TIME);
        this.pending.push({ tenantId, counts, facts: counts.map((count) => factOf(count, start)) });
      }
    for (const { counts } of this.pending.splice(0, Math.max(0, this.pending.length - MOST_KEPT)))
      this.counts.lose(counts);
  }

  private async write(): Promise<void> {
    for (let part = this.pending[0]; part !== undefined; part = this.pending[0]) {
      const { tenantId, facts } = part;
      await this.database.transaction(tenantId, (tx) => this.outbox.addAll(tx, facts));
      this.pending.shift();
    }
  }

  private thisMinute(): number {
    return Math.floor(this.clock.now().getTime() / MINUTE_MS) * MINUTE_MS;
  }
}

function factOf({ tenantId, couponId, channelId, code, count }: RefusalCount, minute: string): RefusalFact {
  return {
    id: uuidv7(),
    topic: 'redemption.refusal.v1',
    name: 'refusals-counted',
    tenantId,
    key: couponId,
    subject: `refusals/${couponId}`,
    time: minute,
    data: { couponId, channelId, code, minute, count },
  };
}
