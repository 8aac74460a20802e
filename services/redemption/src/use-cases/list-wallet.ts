import { Injectable } from '@nestjs/common';
import { stretchAt, type WalletCoupon } from '#contracts';
import type { Points } from '../domain/coupon.js';
import { evaluate } from '../domain/evaluate.js';
import { validUntil, walletState } from '../domain/wallet-state.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import { ReadSlots } from '../store/read-slots.js';
import { type WalletCandidate, type WalletPosition, WalletStore } from '../store/wallet.store.js';
import type { PageRequest } from './page.js';

/** Candidates read beyond the page at first: some are not shown, and one more tells whether there is a next page. */
const SPARE = 8;
/** Read at a time when those did not do. */
const AT_A_TIME = 200;
/** A page ends after so many candidates, however few of them are shown. */
const MOST_EXAMINED = 500;

export interface WalletRequest extends PageRequest<WalletPosition> {
  readonly tenantId: string;
  readonly userId: string;
  /** null = over all channels. */
  readonly channelId: string | null;
}

export interface WalletAnswer {
  readonly items: WalletCoupon[];
  /** Where the next page goes on; null on the last one. */
  readonly last: WalletPosition | null;
  /** The database's clock: milliseconds since 1970. */
  readonly now: number;
}

/**
 * The coupons that a user sees. Which ones, and how, is said by the very rules that decide redemptions. A page is filled as
 * far as `MOST_EXAMINED` candidates go; with fewer items, even none, it may still have a next page.
 */
@Injectable()
export class ListWallet {
  constructor(
    private readonly wallet: WalletStore,
    private readonly slots: ReadSlots,
    private readonly memory: CouponMemory,
  ) {}

  /** @throws ProblemError overloaded */
  async run({ tenantId, userId, channelId, limit, ...request }: WalletRequest): Promise<WalletAnswer> {
    const items: WalletCoupon[] = [];
    let last: WalletPosition | null = null;
    let examined = request.after;
    for (let count = 0, most = limit + SPARE; ; most = AT_A_TIME) {
      const after = examined;
      const stretch = await this.slots.run(() =>
        this.wallet.stretch(tenantId, userId, channelId, after, most),
      );
      for (const candidate of stretch.candidates) {
        const shown = this.shown(candidate, stretch.now);
        if (shown !== undefined && items.length === limit) return { items, last, now: stretch.now };
        examined = candidate.at;
        if (shown === undefined) continue;
        items.push(shown);
        last = candidate.at;
      }
      count += most;
      if (stretch.isLast) return { items, last: null, now: stretch.now };
      if (count >= MOST_EXAMINED) return { items, last: examined, now: stretch.now };
    }
  }

  private shown(candidate: WalletCandidate, now: number): WalletCoupon | undefined {
    const { person } = candidate;
    // What was reckoned of a recurrence is kept with the coupon in memory.
    const coupon =
      candidate.coupon.timeframe === null
        ? candidate.coupon
        : { ...candidate.coupon, timeframe: this.memory.learn(candidate.coupon).timeframe };
    const failed = evaluate({ coupon, person, means: null }, now);
    const state = walletState(coupon, failed, candidate.isHidden);
    if (state === undefined) return undefined;
    const { couponId, channelId, type, programmeId, timeframe } = coupon;
    return {
      couponId,
      channelId,
      type,
      name: candidate.name,
      description: candidate.description,
      image: candidate.image,
      position: candidate.position,
      state,
      price: pointsOf(coupon.price),
      bonus: pointsOf(coupon.bonus),
      validUntil: instantOf(validUntil(coupon, person)),
      openUntil: timeframe === null ? null : instantOf(stretchAt(timeframe, now).until),
      userRedemptions: person.uses,
      maxRedemptionsPerUser: coupon.perUserCap,
      programmeId,
      earnBy: [...candidate.earnBy],
    };
  }
}

function pointsOf(points: Points | null): WalletCoupon['price'] {
  return points && { ...points, amount: String(points.amount) };
}

function instantOf(milliseconds: number | null): string | null {
  return milliseconds === null ? null : new Date(milliseconds).toISOString();
}
