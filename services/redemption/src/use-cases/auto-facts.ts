import { Injectable } from '@nestjs/common';
import { TenantDatabase } from '#platform';
import type { RedeemAnswer } from '../domain/answer.js';
import type { AutoAttempt } from '../domain/auto-attempt.js';
import type { AutoLine } from '../store/auto-line.store.js';
import type { Coupon } from '../domain/coupon.js';
import { firstFailure } from '../domain/evaluate.js';
import type { Means } from '../domain/means.js';
import { type Person, stranger } from '../domain/person.js';
import type { Refusal } from '../domain/refusal.js';
import { refusalOf } from '../domain/refusal-words.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import { AutoAttemptStore } from '../store/auto-attempt.store.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';
import { ReadSlots } from '../store/read-slots.js';
import { internalReservationId } from './request-identity.js';

/** What was known of an attempt when it began. */
export interface Begun {
  readonly attempt: AutoAttempt;
  readonly reservationId: string;
  /** Accepted before: the worker that asked did not come to say so. */
  readonly stored: RedeemAnswer | undefined;
  readonly person: Person;
  /** The rule that speaks against it. */
  readonly refusal: Refusal | undefined;
}

/** One coupon and attempts of it, as of one instant. */
export interface AutoFactsNow {
  /** The database's clock: milliseconds since 1970. */
  readonly now: number;
  readonly coupon: Coupon | undefined;
  /** In the order asked. */
  readonly begun: readonly Begun[];
}

/** What is known of attempts, read through the connections of lists. */
@Injectable()
export class AutoFacts {
  constructor(
    private readonly database: TenantDatabase,
    private readonly facts: CouponFactsStore,
    private readonly memory: CouponMemory,
    private readonly store: AutoAttemptStore,
    private readonly slots: ReadSlots,
  ) {}

  /** @param attempts of that coupon; none = the coupon alone is asked for */
  async read({ tenantId, couponId }: AutoLine, attempts: readonly AutoAttempt[]): Promise<AutoFactsNow> {
    const keyed = attempts.map((attempt) => ({ ...attempt, reservationId: keyOf(attempt) }));
    const { now, coupons, entries } = await this.slots.run(() =>
      this.facts.read(tenantId, [couponId], keyed),
    );
    const found = coupons.get(couponId);
    // Memory keeps what was reckoned for the windows; how active channel and account are is as it was just read.
    const coupon = found && { ...found, timeframe: this.memory.learn(found).timeframe };
    const begun = attempts.map((attempt, place): Begun => {
      const { stored, person = stranger } = entries[place] ?? {};
      return {
        attempt,
        reservationId: keyOf(attempt),
        stored: stored && { kind: 'accepted', view: stored.answer, isReplay: true },
        person,
        refusal: coupon && refusalNow(coupon, person, attempt, now),
      };
    });
    return { coupon, now, begun };
  }

  /** Of a priced coupon: how deep in a chain of automatic steps the points came that would pay for it. */
  async depths(coupon: Coupon | undefined, begun: readonly Begun[]): Promise<Map<string, number>> {
    const userIds = begun.filter(({ stored }) => stored === undefined).map(({ attempt }) => attempt.userId);
    if (!coupon?.price || userIds.length === 0) return new Map();
    const { tenantId, price } = coupon;
    return this.slots.run(() =>
      this.database.read(tenantId, (tx) => this.store.hopsOfPoints(tx, tenantId, price.pointNameId, userIds)),
    );
  }
}

function refusalNow(coupon: Coupon, person: Person, attempt: AutoAttempt, now: number): Refusal | undefined {
  const first = firstFailure({ coupon, person, means: autoMeans(attempt, 0) }, now);
  return first && refusalOf(first.failure, coupon);
}

function keyOf({ tenantId, couponId, userId, nth }: AutoAttempt): string {
  return internalReservationId({ tenantId, purpose: 'auto', parts: [couponId, userId, String(nth)] });
}

export function autoMeans({ grantId }: AutoAttempt, hops: number): Means {
  return { kind: 'auto', grantId, hops };
}
