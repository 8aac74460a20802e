import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { classifyError, Log } from '#platform';
import type { CouponAfter, EntryOutcome, RedeemEntry } from '../domain/batch.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import { RedemptionBatchStore } from '../store/redemption-batch.store.js';

/** One entry of a batch that has run: what came of it, or the error that it alone suffers. */
export type EntryResult =
  { readonly outcome: EntryOutcome; readonly uses: number } | { readonly error: unknown };

export interface BatchResult {
  readonly results: readonly EntryResult[];
  /** The newest numbers of each coupon that the database told of. */
  readonly coupons: ReadonlyMap<string, CouponAfter>;
}

/** How often a batch is run whose fate is unknown or that gave way to another. */
const MAX_TRIES = 3;
const FIRST_PAUSE_MS = 20;

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
    const coupons = new Map<string, CouponAfter>();
    const results = [...(await this.attempt(entries, coupons))];
    const stale = results.flatMap((result, place) => (isStale(result) ? [place] : []));
    if (stale.length > 0) {
      const again = stale.map((place) => entries[place] as RedeemEntry);
      const second = await this.onNewTerms(again, coupons);
      stale.forEach((place, index) => (results[place] = second[index] as EntryResult));
    }
    return { results, coupons };
  }

  private async onNewTerms(
    entries: readonly RedeemEntry[],
    coupons: Map<string, CouponAfter>,
  ): Promise<readonly EntryResult[]> {
    const couponIds = [...new Set(entries.map(({ couponId }) => couponId))];
    try {
      await Promise.all(couponIds.map((couponId) => this.memory.load(entries[0]?.tenantId ?? '', couponId)));
    } catch (error) {
      return entries.map(() => ({ error }));
    }
    return this.attempt(entries, coupons);
  }

  private async attempt(
    entries: readonly RedeemEntry[],
    coupons: Map<string, CouponAfter>,
    tries = 1,
  ): Promise<readonly EntryResult[]> {
    try {
      const done = await this.batches.redeem(entries, this.versionsOf(entries));
      for (const after of done.coupons) keepNewest(coupons, after);
      return done.entries;
    } catch (error) {
      const mayRunAgain = gaveWay(error) || lostTheConnection(error);
      if (mayRunAgain && tries < MAX_TRIES) {
        // The keys make it safe: what the first run has committed is found again, under the coupons' locks.
        await sleep(FIRST_PAUSE_MS * tries * (0.5 + Math.random()));
        return this.attempt(entries, coupons, tries + 1);
      }
      const isNobodysFault = lostTheConnection(error) || classifyError(error) === 'infrastructure';
      if (isNobodysFault || entries.length === 1) {
        this.log.error({ err: error, entries: entries.length }, 'a batch of redemptions failed');
        return entries.map(() => ({ error }));
      }
      return this.inHalves(entries, coupons);
    }
  }

  /** Something in the batch is at fault: each half runs alone, until only the culprit fails. */
  private async inHalves(
    entries: readonly RedeemEntry[],
    coupons: Map<string, CouponAfter>,
  ): Promise<readonly EntryResult[]> {
    const middle = Math.ceil(entries.length / 2);
    const first = await this.attempt(entries.slice(0, middle), coupons);
    const second = await this.attempt(entries.slice(middle), coupons);
    return [...first, ...second];
  }

  private versionsOf(entries: readonly RedeemEntry[]): Map<string, number> {
    const versions = new Map<string, number>();
    for (const { tenantId, couponId } of entries) {
      if (!versions.has(couponId)) versions.set(couponId, this.memory.get(tenantId, couponId)?.version ?? 0);
    }
    return versions;
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
  return ['40P01', '40001', '23505'].includes(codeOf(error));
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
