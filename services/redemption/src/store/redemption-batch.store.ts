import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { RedemptionView } from '#contracts';
import { TenantDatabase } from '#platform';
import type { BatchOutcome, EntryOutcome, RedeemEntry } from '../domain/batch.js';
import { isRefusalCode } from '../domain/refusal.js';
import { arrayOf } from './array-literal.js';
import { factHeaders } from './fact-headers.js';

/** `redeem_batch`'s output. */
interface Reply {
  readonly now: string;
  readonly coupons: readonly [string, number, number, number | null, boolean, number][];
  readonly entries: readonly [string, number, RedemptionView | null][];
}

const REDEEM_BATCH = `SELECT redeem_batch($1, 'click', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS reply`;

/** Decides batches in the database: one round trip, one transaction, one function (migrations/redeem-batch). */
@Injectable()
export class RedemptionBatchStore {
  constructor(private readonly database: TenantDatabase) {}

  /**
   * Committed when it resolves. Running the same entries again is safe whatever became of the first run: what it
   * accepted is found under its keys, and looked for after the coupons' locks.
   * @param entries of one tenant, in order of arrival; at most one per user and coupon
   * @param versions of the coupons' terms, as the caller knows them
   */
  async redeem(
    entries: readonly RedeemEntry[],
    versions: ReadonlyMap<string, number>,
  ): Promise<BatchOutcome> {
    const tenantId = entries[0]?.tenantId ?? '';
    const coupons = [...new Set(entries.map(({ couponId }) => couponId))];
    const places = new Map(coupons.map((couponId, index) => [couponId, index + 1]));
    const { rows } = await this.database.pool.query<{ reply: Reply }>({
      name: 'redeem_batch',
      text: REDEEM_BATCH,
      values: [
        tenantId,
        arrayOf(coupons),
        arrayOf(coupons.map((couponId) => versions.get(couponId) ?? 0)),
        arrayOf(coupons.map(() => uuidv7())),
        arrayOf(entries.map(({ couponId }) => places.get(couponId) ?? 0)),
        arrayOf(entries.map(({ userId }) => userId)),
        arrayOf(entries.map(({ reservationId }) => reservationId)),
        arrayOf(entries.map(({ fingerprint }) => fingerprint)),
        arrayOf(entries.map(({ redemptionId }) => redemptionId)),
        arrayOf(entries.map(({ eventId }) => eventId)),
        entries.map(({ correlationId, eventId }) => correlationId || eventId),
        factHeaders(tenantId),
      ],
    });
    const reply = rows[0]?.reply;
    if (reply === undefined) throw new Error('redeem_batch gave no row');
    return outcomeOf(entries, reply);
  }
}

function outcomeOf(entries: readonly RedeemEntry[], reply: Reply): BatchOutcome {
  return {
    coupons: reply.coupons.map(([couponId, version, redeemed, max, finished, revision]) => ({
      couponId,
      version,
      stock: { redeemed, max, finished, revision },
    })),
    entries: entries.map((entry, index) => {
      const [word, uses, answer] = reply.entries[index] ?? ['missing', 0, null];
      return { outcome: entryOutcome(word, entry, uses, answer, reply.now), uses };
    }),
  };
}

function entryOutcome(
  word: string,
  entry: RedeemEntry,
  uses: number,
  answer: RedemptionView | null,
  now: string,
): EntryOutcome {
  if (word === 'accepted') {
    const { redemptionId, couponId, userId } = entry;
    return {
      kind: 'accepted',
      answer: { redemptionId, couponId, userId, redeemedAt: now, userRedemptions: uses },
    };
  }
  if (word === 'known' && answer !== null) {
    // Accepted by a first run of this very entry whose commit nobody heard of: to the caller it is no repetition.
    return { kind: answer.redemptionId === entry.redemptionId ? 'accepted' : 'known', answer };
  }
  if (word === 'key_reused' || word === 'stale') return { kind: word };
  if (isRefusalCode(word)) return { kind: 'refused', code: word };
  throw new Error(`redeem_batch gave an unknown outcome: ${word}`);
}
