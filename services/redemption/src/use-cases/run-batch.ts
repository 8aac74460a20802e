import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { classifyError, Log } from '#platform';
import type { CouponAfter, DecidedEntry, RedeemEntry } from '../domain/batch.js';
import type { Coupon } from '../domain/coupon.js';
import type { RefusalCode } from '../domain/refusal.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import { RedemptionBatchStore } from '../store/redemption-batch.store.js';

/** One entry of a batch that has run. */
export type EntryResult =
  | DecidedEntry
  /** By what it ran into while it was written, its rules content: of its user nothing was told. */
  | { readonly refused: RefusalCode }
  /** It alone suffers it. */
  | { readonly error: unknown };

export interface BatchResult {
  readonly results: readonly EntryResult[];
  /** The newest numbers of each coupon that the database told of. */
  readonly coupons: ReadonlyMap<string, CouponAfter>;
  /** When the last of them was decided, milliseconds since 1970, on the database's clock; 0 = nothing was. */
  readonly now: number;
}

/** What is gathered while a batch is run, in parts or again. */
interface Gathered {
  readonly coupons: Map<string, CouponAfter>;
  now: number;
}

/** How often a batch is run whose fate is unknown or that gave way to another. */
const MAX_TRIES = 3;
const FIRST_PAUSE_MS = 20;
/** So many coupons of a batch are waited for to the end of the time-outs, one by one; a lane stands still meanwhile. */
const MAX_WAITS_IN_VAIN = 3;

/** Runs a batch to its end: again where that is safe, cut in halves where one entry spoils it, once more on new terms. */
@Injectable()
export class RunBatch {
  constructor(
    private readonly batches: RedemptionBatchStore,
    private readonly memory: CouponMemory,
    private readonly log: Log,
  ) {}

  /** Never rejects; every entry has a result, in the order given. */
  async run(entries: readonly RedeemEntry[]): Promise<BatchResult> {
    const gathered: Gathered = { coupons: new Map(), now: 0 };
    const first = await this.attempt(entries, gathered);
    const results = first.some(isStale) ? await this.againWhereStale(entries, first, gathered) : first;
    return { results, ...gathered };
  }

  private async againWhereStale(
    entries: readonly RedeemEntry[],
    first: readonly EntryResult[],
    gathered: Gathered,
  ): Promise<readonly EntryResult[]> {
    const stale = entries.filter((_, place) => isStale(first[place] as EntryResult));
    const second = (await this.onNewTerms(stale, gathered)).values();
    return first.map((result) => (isStale(result) ? (second.next().value as EntryResult) : result));
  }

  private async onNewTerms(
    entries: readonly RedeemEntry[],
    gathered: Gathered,
  ): Promise<readonly EntryResult[]> {
    const couponIds = [...new Set(entries.map(({ couponId }) => couponId))];
    try {
      await this.memory.reload(entries[0]?.tenantId ?? '', couponIds);
    } catch (error) {
      return entries.map(() => ({ error }));
    }
    return this.attempt(entries, gathered);
  }

  private async attempt(
    entries: readonly RedeemEntry[],
    gathered: Gathered,
    tries = 1,
  ): Promise<readonly EntryResult[]> {
    try {
      const done = await this.batches.redeem(entries, this.couponsOf(entries));
      for (const after of done.coupons) keepNewest(gathered.coupons, after);
      gathered.now = done.now;
      return done.entries;
    } catch (error) {
      const mayRunAgain = gaveWay(error) || lostTheConnection(error);
      if (mayRunAgain && tries < MAX_TRIES) {
        // The keys make it safe: what the first run has committed is found again, under the coupons' locks.
        await sleep(FIRST_PAUSE_MS * tries * (0.5 + Math.random()));
        return this.attempt(entries, gathered, tries + 1);
      }
      const groups = tookTooLong(error) ? byCoupon(entries) : [];
      if (groups.length > 1) return this.couponByCoupon(entries, groups, gathered);
      if (isOutOfRange(error) && entries.length === 1) return [{ refused: 'balance_too_large' }];
      const isNobodysFault = lostTheConnection(error) || classifyError(error) === 'infrastructure';
      if (isNobodysFault || entries.length === 1) {
        this.log.error({ err: error, entries: entries.length }, 'a batch of redemptions failed');
        return entries.map(() => ({ error }));
      }
      return this.inHalves(entries, gathered);
    }
  }

  /**
   * Somebody holds the row of one coupon, or one takes too long: the others need not fail with it. One after the other,
   * as a lane has one connection for this; when several were waited for in vain, it is the server, and the rest fail, too.
   */
  private async couponByCoupon(
    entries: readonly RedeemEntry[],
    groups: readonly (readonly RedeemEntry[])[],
    gathered: Gathered,
  ): Promise<readonly EntryResult[]> {
    const results = new Map<RedeemEntry, EntryResult>();
    let waitedInVain = 0;
    let last: EntryResult | undefined;
    for (const group of groups) {
      const inVain = waitedInVain < MAX_WAITS_IN_VAIN ? undefined : last;
      const some = inVain ? group.map(() => inVain) : await this.attempt(group, gathered);
      group.forEach((entry, place) => results.set(entry, some[place] as EntryResult));
      const [first] = some;
      if (inVain !== undefined || first === undefined || !('error' in first)) continue;
      if (!tookTooLong(first.error)) continue;
      waitedInVain += 1;
      last = first;
    }
    return entries.map((entry) => results.get(entry) as EntryResult);
  }

  /** Something in the batch is at fault: each half runs alone, until only the culprit fails. */
  private async inHalves(
    entries: readonly RedeemEntry[],
    gathered: Gathered,
  ): Promise<readonly EntryResult[]> {
    const middle = Math.ceil(entries.length / 2);
    const first = await this.attempt(entries.slice(0, middle), gathered);
    const second = await this.attempt(entries.slice(middle), gathered);
    return [...first, ...second];
  }

  private couponsOf(entries: readonly RedeemEntry[]): Map<string, Coupon> {
    const coupons = new Map<string, Coupon>();
    for (const { tenantId, couponId } of entries) {
      const coupon = coupons.get(couponId) ?? this.memory.get(tenantId, couponId);
      if (coupon !== undefined) coupons.set(couponId, coupon);
    }
    return coupons;
  }
}

function isStale(result: EntryResult): boolean {
  return 'outcome' in result && result.outcome.kind === 'stale';
}

function keepNewest(coupons: Map<string, CouponAfter>, after: CouponAfter): void {
  const known = coupons.get(after.couponId);
  if (known === undefined || known.stock.revision <= after.stock.revision) coupons.set(after.couponId, after);
}

/** Deadlock, serialization, or a rival with the same key who is known by now. */
function gaveWay(error: unknown): boolean {
  return ['40P01', '40001', '23505'].includes(codeOf(error)) || wasSpentMeanwhile(error);
}

/**
 * Balances are read without a lock, and somebody else took the points before they were written: read again, they are
 * gone.
 */
function wasSpentMeanwhile(error: unknown): boolean {
  const constraint = (error as { constraint?: unknown } | undefined)?.constraint;
  return codeOf(error) === '23514' && constraint === 'points_never_negative';
}

/** The lock or the statement time-out: nothing was committed. */
function tookTooLong(error: unknown): boolean {
  return ['55P03', '57014'].includes(codeOf(error));
}

/** In order of arrival within each. */
function byCoupon(entries: readonly RedeemEntry[]): RedeemEntry[][] {
  return [...Map.groupBy(entries, ({ couponId }) => couponId).values()];
}

/** A number past 2^63-1: only a bonus makes one grow by what others choose. */
function isOutOfRange(error: unknown): boolean {
  return codeOf(error) === '22003';
}

/** Nobody heard what became of the batch; PostgreSQL may have committed it. Includes a server that is shutting down. */
function lostTheConnection(error: unknown): boolean {
  const code = codeOf(error);
  if (/^(08...|57P0[1-3]|ECONN(RESET|REFUSED|ABORTED)|EPIPE)$/.test(code)) return true;
  return error instanceof Error && /^(Connection terminated|Client has encountered)/.test(error.message);
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : '';
}
