import { Injectable } from '@nestjs/common';
import { stretchAt } from '#contracts';
import { Clock, newUuid, TenantDatabase } from '#platform';
import type { BatchOutcome, EntryOutcome, RedeemEntry } from '../domain/batch.js';
import type { Coupon, Points } from '../domain/coupon.js';
import { type Person, stranger } from '../domain/person.js';
import { isRefusalCode } from '../domain/refusal.js';
import { arrayOf, jsonTextsOf, maybeArrayOf } from './array-literal.js';
import { type PersonReply, personOf } from './coupon-facts.store.js';
import { factHeaders } from './fact-headers.js';
import { type StoredAnswer, viewOf } from './stored-answer.js';

/** `redeem_batch`'s output. */
interface Reply {
  readonly now: string;
  readonly coupons: readonly [string, number, number, number | null, boolean, number][];
  readonly entries: readonly EntryReply[];
}

type EntryReply = readonly [
  outcome: string,
  uses: number,
  answer: StoredAnswer | null,
  lastAt: number | null,
  seen: PersonReply | null,
];

const ARGUMENTS = 25;
const REDEEM_BATCH = `SELECT redeem_batch(${Array.from({ length: ARGUMENTS }, (_, n) => `$${n + 1}`).join(', ')}) AS reply`;
/** Debit and its event, credit and its event, owed call and its event, the add-on account's entry. */
const IDS_PER_ENTRY = 7;
/** Its exhaustion, and that its partner's units are used up. */
const IDS_PER_COUPON = 2;

/** Decides batches in the database: one round trip, one transaction, one function (migrations/redeem-batch). */
@Injectable()
export class RedemptionBatchStore {
  /** Milliseconds by which the database's clock was ahead of ours when it was heard last. */
  private ahead = 0;

  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: Clock,
  ) {}

  /**
   * Committed when it resolves. Running the same entries again is safe whatever became of the first run: what it
   * accepted is found under its keys, and looked for after the coupons' locks.
   * @param entries of one tenant, in order of arrival; at most one per user and coupon, and per user where points move
   * @param known the coupons as the caller knows them; one that is missing or changed comes back as stale
   */
  async redeem(entries: readonly RedeemEntry[], known: ReadonlyMap<string, Coupon>): Promise<BatchOutcome> {
    const tenantId = entries[0]?.tenantId ?? '';
    const couponIds = [...new Set(entries.map(({ couponId }) => couponId))];
    const { rows } = await this.database.pool.query<{ reply: Reply }>({
      name: 'redeem_batch_v2',
      text: REDEEM_BATCH,
      values: [
        tenantId,
        ...this.couponColumns(couponIds, known),
        ...entryColumns(entries, couponIds),
        ...meansColumns(entries),
        entryIds(entries, known),
        factHeaders(tenantId),
      ],
    });
    const reply = rows[0]?.reply;
    if (reply === undefined) throw new Error('redeem_batch gave no row');
    this.ahead = Date.parse(reply.now) - this.clock.now().getTime();
    return outcomeOf(entries, reply, known);
  }

  private couponColumns(couponIds: readonly string[], known: ReadonlyMap<string, Coupon>): unknown[] {
    const now = this.clock.now().getTime() + this.ahead;
    const coupons = couponIds.map((couponId) => known.get(couponId));
    const stretches = coupons.some((coupon) => coupon !== undefined && coupon.timeframe !== null)
      ? coupons.map((coupon) => coupon?.timeframe && stretchAt(coupon.timeframe, now))
      : undefined;
    return [
      arrayOf(couponIds),
      arrayOf(coupons.map((coupon) => coupon?.version ?? 0)),
      coupons.map((coupon) => (coupon ? saidInFacts(coupon) : '')),
      coupons.map((coupon) => (coupon ? saidInAnswers(coupon) : '')),
      arrayOf(Array.from({ length: couponIds.length * IDS_PER_COUPON }, () => newUuid())),
      stretches?.map((stretch) => (stretch ? rangeOf(stretch.from, stretch.until) : null)) ?? null,
      stretches?.map((stretch) => stretch?.open ?? null) ?? null,
    ];
  }
}

/** The fields of a JSON object that every `redeemed` of this version of the coupon carries. */
function saidInFacts(coupon: Coupon): string {
  return fieldsOf({
    couponId: coupon.couponId,
    couponVersion: coupon.version,
    couponType: coupon.type,
    channelId: coupon.channelId,
    partnerId: coupon.partnerId ?? undefined,
    price: amountOf(coupon.price),
    bonus: amountOf(coupon.bonus),
    units: coupon.units ?? undefined,
  });
}

/** The same of the stored answers (stored-answer.ts). */
function saidInAnswers(coupon: Coupon): string {
  return fieldsOf({
    couponId: coupon.couponId,
    price: amountOf(coupon.price),
    bonus: amountOf(coupon.bonus),
    showsEvidence: coupon.type === 'time_based' || undefined,
  });
}

function fieldsOf(fields: object): string {
  return JSON.stringify(fields).slice(1, -1);
}

function amountOf(points: Points | null): { pointNameId: string; amount: string } | undefined {
  return points === null ? undefined : { pointNameId: points.pointNameId, amount: String(points.amount) };
}

/** A range of PostgreSQL, its start included and its end not; null = unbounded. */
function rangeOf(from: number | null, until: number | null): string {
  const bound = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());
  return `[${bound(from)},${bound(until)})`;
}

function entryColumns(entries: readonly RedeemEntry[], couponIds: readonly string[]): unknown[] {
  const places = new Map(couponIds.map((couponId, index) => [couponId, index + 1]));
  return [
    arrayOf(entries.map(({ couponId }) => places.get(couponId) ?? 0)),
    arrayOf(entries.map(({ userId }) => userId)),
    arrayOf(entries.map(({ reservationId }) => reservationId)),
    arrayOf(entries.map(({ fingerprint }) => fingerprint)),
    arrayOf(entries.map(({ redemptionId }) => redemptionId)),
    arrayOf(entries.map(({ eventId }) => eventId)),
    jsonTextsOf(entries.map(({ correlationId, eventId }) => correlationId || eventId)),
    entries.some(({ traceparent }) => traceparent !== undefined)
      ? jsonTextsOf(entries.map(({ traceparent }) => traceparent))
      : null,
  ];
}

/** Seven nulls where every entry comes by button: the function then asks for nothing of the kind. */
function meansColumns(entries: readonly RedeemEntry[]): unknown[] {
  const all = entries.map(({ means }) => means);
  if (all.every(({ kind }) => kind === 'button')) return Array.from({ length: 7 }, () => null);
  const cashiers = all.map((means) => ('cashier' in means ? means.cashier : undefined));
  return [
    arrayOf(all.map(({ kind }) => kind)),
    maybeArrayOf(
      all.map((means) => ('step' in means ? means.step : 'generation' in means ? means.generation : null)),
    ),
    maybeArrayOf(all.map((means) => (means.kind === 'pass' ? means.deviceTag : null))),
    maybeArrayOf(cashiers.map((cashier) => cashier?.partnerId)),
    maybeArrayOf(cashiers.map((cashier) => cashier?.storeId)),
    maybeArrayOf(cashiers.map((cashier) => cashier?.cashierId)),
    maybeArrayOf(all.map((means) => (means.kind === 'auto' ? means.hops : 0))),
  ];
}

function entryIds(entries: readonly RedeemEntry[], known: ReadonlyMap<string, Coupon>): string | null {
  const areNeeded = entries.some(({ couponId }) => {
    const coupon = known.get(couponId);
    return (
      coupon !== undefined && (coupon.price ?? coupon.bonus ?? coupon.units ?? coupon.triggerId) !== null
    );
  });
  if (!areNeeded) return null;
  return arrayOf(Array.from({ length: entries.length * IDS_PER_ENTRY }, () => newUuid()));
}

function outcomeOf(
  entries: readonly RedeemEntry[],
  reply: Reply,
  known: ReadonlyMap<string, Coupon>,
): BatchOutcome {
  return {
    now: Date.parse(reply.now),
    coupons: reply.coupons.map(([couponId, version, redeemed, max, finished, revision]) => ({
      couponId,
      version,
      stock: { redeemed, max, finished, revision },
    })),
    entries: entries.map((entry, index) => {
      const said = reply.entries[index];
      if (said === undefined) throw new Error('redeem_batch left an entry without an outcome');
      const outcome = entryOutcome(said, entry, known.get(entry.couponId), reply.now);
      return { outcome, uses: said[1], lastAt: said[3] };
    }),
  };
}

function entryOutcome(
  [word, uses, answer, lastAt, seen]: EntryReply,
  entry: RedeemEntry,
  coupon: Coupon | undefined,
  now: string,
): EntryOutcome {
  if (word === 'accepted') {
    const { redemptionId, couponId, userId, means } = entry;
    return {
      kind: 'accepted',
      answer: viewOf({
        redemptionId,
        couponId,
        userId,
        redeemedAt: now,
        userRedemptions: uses,
        method: means.kind,
        price: amountOf(coupon?.price ?? null) ?? null,
        bonus: amountOf(coupon?.bonus ?? null) ?? null,
        showsEvidence: coupon?.type === 'time_based',
      }),
    };
  }
  if (word === 'known' && answer !== null) {
    // Accepted by a first run of this very entry whose commit nobody heard of: to the caller it is no repetition.
    return {
      kind: answer.redemptionId === entry.redemptionId ? 'accepted' : 'known',
      answer: viewOf(answer),
    };
  }
  if (word === 'key_reused' || word === 'stale') return { kind: word };
  const person: Person = seen === null ? { ...stranger, uses, lastAt } : personOf(seen);
  if (isRefusalCode(word)) return { kind: 'refused', code: word, person };
  throw new Error(`redeem_batch gave an unknown outcome: ${word}`);
}
