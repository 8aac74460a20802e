import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, Log, Metrics, Shutdown, TenantDatabase } from '#platform';
import { RedemptionConfig } from '../config.js';
import type { AutoAttempt } from '../domain/auto-attempt.js';
import { type AutoLine, AutoLineStore } from '../store/auto-line.store.js';
import { AutoWakeStore } from '../store/auto-wake.store.js';
import { AttemptAuto } from './attempt-auto.js';

/** Attempts that one process has under way at most. */
const MOST_IN_FLIGHT = 256;
/** And of what the combiner holds at most this part: the rest is people's. */
const SHARE = 1 / 4;
/** Of one coupon at most half a batch, and half of what may be under way. */
const PER_COUPON = 64;
/** Coupons begun at a time: each waits for a connection of those that lists use, too, and 500 may wait there. */
const MOST_COUPONS = 32;
/** Longer than a batch may take, its lock and statement time-outs included. */
const LEASE_SECONDS = 60;
/** Milliseconds without new attempts after the combiner was found full. */
const PAUSE_MS = 500;
const MOST_COUNTED = 100_000;

/**
 * Takes due attempts from the queue, some of every coupon that has any, as long as there is room. Every process may; a
 * lease keeps them apart, and the attempts' keys make it harmless where it does not.
 */
@Injectable()
export class RunAutoAttempts {
  /** Coupons with attempts under way here: no more of them are begun, so that one cannot take all the room. */
  private readonly busy = new Map<string, Promise<void>>();
  private readonly mostInFlight: number;
  private inFlight = 0;
  private isWanted = false;
  private isStopped = false;
  private pumping: Promise<void> | undefined;
  private restsUntil = 0;
  private place: AutoLine | undefined;

  constructor(
    private readonly database: TenantDatabase,
    private readonly lines: AutoLineStore,
    private readonly wakes: AutoWakeStore,
    private readonly attemptAuto: AttemptAuto,
    private readonly clock: Clock,
    private readonly log: Log,
    config: RedemptionConfig,
    metrics: Metrics,
    shutdown: Shutdown,
  ) {
    const share = Math.floor(config.REDEMPTION_MAX_WAITING * SHARE);
    this.mostInFlight = Math.max(2, Math.min(MOST_IN_FLIGHT, share));
    shutdown.register('jobs', 'automatic attempts', () => this.stop());
    metrics.gauge('redemption_auto_in_flight', 'Automatic attempts under way in this process', [], (gauge) =>
      gauge.set(this.inFlight),
    );
    metrics.gauge(
      'redemption_auto_lag_seconds',
      'How long the oldest due automatic attempt has been waiting',
      [],
      async (gauge) => gauge.set(await this.database.acrossTenants((tx) => this.lines.lagSeconds(tx))),
    );
    metrics.gauge(
      'redemption_auto_blocked',
      `Automatic attempts that wait for a fact, by its kind; counted up to ${MOST_COUNTED}`,
      ['cause'],
      async (gauge) => {
        const kinds = await this.database.acrossTenants((tx) => this.lines.blockedByKind(tx, MOST_COUNTED));
        gauge.reset();
        for (const [cause, count] of kinds) gauge.set({ cause }, count);
      },
    );
  }

  /** There may be something to do. Returns at once; never throws. */
  readonly nudge = (): void => {
    this.isWanted = true;
    if (!this.isStopped) this.pumping ??= this.pump();
  };

  private async pump(): Promise<void> {
    while (this.isWanted && !this.isStopped) {
      this.isWanted = false;
      try {
        await this.turn();
      } catch (err) {
        this.log.warn({ err }, 'automatic attempts could not be begun; trying again at the next wake-up');
      }
    }
    this.pumping = undefined;
  }

  private async turn(): Promise<void> {
    const { woken, mayBeMore } = await this.database.acrossTenants((tx) => this.wakes.wakeSome(tx));
    if (woken > 0 || mayBeMore) this.isWanted = true;
    const room = this.mostInFlight - this.inFlight;
    if (room <= 0 || this.busy.size >= MOST_COUPONS || this.clock.now().getTime() < this.restsUntil) return;
    const taken = await this.take(room);
    for (const attempts of taken.values) this.begin(taken.lease, attempts);
    if (taken.values.length > 0) this.isWanted = true;
  }

  /** By coupon. Those in the circle come before those of the oldest: behind a fan-out there may be others. */
  private async take(room: number): Promise<{ lease: string; values: AutoAttempt[][] }> {
    const lease = randomUUID();
    const attempts = await this.database.acrossTenants(async (tx) => {
      const { lines, mayBeMore } = await this.lines.oldest(tx);
      const others = mayBeMore ? await this.lines.inCircle(tx, this.place) : { lines: [], last: undefined };
      this.place = others.last;
      const free = unique([...others.lines, ...lines]).filter((line) => !this.busy.has(keyOf(line)));
      const some = free.slice(0, Math.min(room, MOST_COUPONS - this.busy.size));
      if (some.length === 0) return [];
      const perLine = Math.min(PER_COUPON, Math.floor(this.mostInFlight / 2), Math.floor(room / some.length));
      return this.lines.take(tx, some, { lease, perLine, leaseSeconds: LEASE_SECONDS });
    });
    const byCoupon = Map.groupBy(attempts, keyOf);
    return { lease, values: [...byCoupon.values()] };
  }

  private begin(lease: string, attempts: AutoAttempt[]): void {
    const [first] = attempts;
    if (first === undefined) return;
    this.inFlight += attempts.length;
    const work = this.attempt(lease, attempts).finally(() => {
      this.inFlight -= attempts.length;
      this.busy.delete(keyOf(first));
      this.nudge();
    });
    this.busy.set(keyOf(first), work);
  }

  private async attempt(lease: string, attempts: AutoAttempt[]): Promise<void> {
    try {
      const { isBusy } = await this.attemptAuto.run(lease, attempts);
      if (isBusy) this.restsUntil = this.clock.now().getTime() + PAUSE_MS;
    } catch (err) {
      const { tenantId, couponId } = attempts[0] ?? {};
      this.log.warn(
        { err, tenantId, couponId, attempts: attempts.length },
        'automatic attempts were left to their lease; it ends in a minute',
      );
    }
  }

  private async stop(): Promise<void> {
    this.isStopped = true;
    await this.pumping;
    await Promise.all(this.busy.values());
  }
}

function unique(lines: readonly AutoLine[]): AutoLine[] {
  return [...new Map(lines.map((line) => [keyOf(line), line])).values()];
}

function keyOf({ tenantId, couponId }: AutoLine): string {
  return `${tenantId}/${couponId}`;
}
