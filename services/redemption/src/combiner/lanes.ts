import { Lane, type LaneHost, type Stages } from './lane.js';
import type { Combinable, Ticket } from './ticket.js';

export interface LaneLimits {
  /** Batches of which the second stage may run at the same time; each lane may use two database connections at a time. */
  readonly lanes: number;
  readonly maxBatch: number;
  /** Milliseconds for which others wait behind a batch at most, unless all batches are slow. */
  readonly patienceMs: number;
  /** Milliseconds that callers who were just answered are waited for at most; 0 = not at all. */
  readonly returnMs: number;
}

/** All batches may be slow without one being late. */
const TIMES_USUAL = 4;
/** Of how many batches, about, the usual time is the mean. */
const USUAL_OF = 16;
/** Coupons kept apart; the one that was late longest ago is then trusted again. */
const MOST_APART = 1_000;
/** One that nobody asks for comes to no batch of its own: after so long it is trusted again, and holds no lane. */
export const APART_MS = 60_000;

/**
 * Spreads entries over lanes so that batches are large and nobody waits long for another's coupon. All entries of a
 * tenant share one lane as long as its batches come back in time: two lanes would halve the batches, which cost more than
 * entries do. When a batch is late, somebody holds the row of one of its coupons (a void, an edit, a long transaction):
 * the lane becomes the siding, where entries for the coupons of that batch wait, each coupon in batches of its own, and
 * everybody else goes on in another lane. A coupon leaves the siding by a batch of its own that was in time, or a minute
 * after the last one that was late.
 */
export class Lanes<Entry extends Combinable, Answer, Screened> {
  private readonly lanes: readonly Lane<Entry, Answer, Screened>[];
  /** By name, when it was late last; that longest ago first. */
  private readonly apart = new Map<string, number>();
  private siding: Lane<Entry, Answer, Screened> | undefined;
  private usualMs = 0;

  constructor(
    stages: Stages<Entry, Answer, Screened>,
    private readonly limits: LaneLimits,
  ) {
    this.lanes = Array.from({ length: limits.lanes }, () => {
      const lane: Lane<Entry, Answer, Screened> = new Lane(
        stages,
        this.hostOf(() => lane),
      );
      return lane;
    });
  }

  get waiting(): number {
    let sum = 0;
    for (const lane of this.lanes) sum += lane.waiting;
    return sum;
  }

  add(ticket: Ticket<Entry, Answer>): void {
    if (this.apart.size > 0) this.forgetLongAgo();
    this.laneOf(ticket.entry).add(ticket);
  }

  /** Resolves when everything handed in so far is answered. */
  async idle(): Promise<void> {
    do await Promise.all(this.lanes.map((lane) => lane.idle()));
    while (this.lanes.some((lane) => lane.isBusy));
  }

  private laneOf(entry: Entry): Lane<Entry, Answer, Screened> {
    const home = laneNumber(entry.tenantId, this.lanes.length);
    const first = this.lanes[home] as Lane<Entry, Answer, Screened>;
    if (this.siding === undefined && !first.isLate) return first;
    if (this.siding !== undefined && this.isApart(entry)) return this.siding;
    const others = [...this.lanes.slice(home), ...this.lanes.slice(0, home)].filter((lane) => !lane.isLate);
    return others.find((lane) => lane !== this.siding) ?? others[0] ?? first;
  }

  private hostOf(lane: () => Lane<Entry, Answer, Screened>): LaneHost<Entry, Answer> {
    const { maxBatch, returnMs, patienceMs } = this.limits;
    return {
      maxBatch,
      returnMs,
      isApart: (entry) => this.isApart(entry),
      patience: () => Math.max(patienceMs, TIMES_USUAL * this.usualMs),
      late: (batch) => this.late(lane(), batch),
      done: (batch, tookMs, wasLate) => {
        // What was late counts, but not by how much: else one held row makes patience endless.
        const counted = wasLate ? Math.min(tookMs, 2 * Math.max(patienceMs, this.usualMs)) : tookMs;
        this.usualMs += (counted - this.usualMs) / USUAL_OF;
        if (wasLate) this.spreadAnew();
        else if (this.apart.size > 0) this.trust(batch);
      },
    };
  }

  private isApart(entry: Entry): boolean {
    return this.apart.size > 0 && this.apart.has(nameOf(entry));
  }

  private late(lane: Lane<Entry, Answer, Screened>, batch: readonly Ticket<Entry, Answer>[]): void {
    this.siding ??= lane;
    for (const { entry } of batch) {
      const name = nameOf(entry);
      this.apart.delete(name);
      this.apart.set(name, performance.now());
    }
    for (const name of this.apart.keys()) if (this.apart.size > MOST_APART) this.trustAgain(name);
    this.spreadAnew();
  }

  /** Whoever waits behind a batch that is late goes where there is none, or stays. */
  private spreadAnew(): void {
    const waiting = this.lanes.filter((lane) => lane.isLate).flatMap((lane) => lane.drain());
    for (const ticket of waiting) this.add(ticket);
  }

  private trust(batch: readonly Ticket<Entry, Answer>[]): void {
    const names = new Set(batch.map(({ entry }) => nameOf(entry)));
    if (names.size > 1) return;
    for (const name of names) this.trustAgain(name);
  }

  private forgetLongAgo(): void {
    const since = performance.now() - APART_MS;
    for (const [name, lateAt] of this.apart) {
      if (lateAt >= since) return;
      this.trustAgain(name);
    }
  }

  private trustAgain(name: string): void {
    this.apart.delete(name);
    if (this.apart.size === 0) this.siding = undefined;
  }
}

/** FNV-1a: the same tenant in the same lane, tenants spread evenly. */
function laneNumber(tenantId: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < tenantId.length; index += 1)
    hash = Math.imul(hash ^ tenantId.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % lanes;
}

function nameOf({ tenantId, couponId }: Combinable): string {
  return `${tenantId}/${couponId}`;
}
