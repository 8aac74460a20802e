import { Injectable } from '@nestjs/common';
import type { CouponImage, EarningAction } from '#contracts';
import { TenantDatabase } from '#platform';
import type { Coupon } from '../domain/coupon.js';
import type { Person } from '../domain/person.js';
import { type FactsReply, factsOf } from './coupon-facts.store.js';

/** Where a coupon stands in a list. */
export interface WalletPosition {
  /** On a channel's page the position, negative; over all channels 0. Lists run downwards. */
  readonly place: number;
  /** RFC 3339, to the millisecond. */
  readonly editedAt: string;
  readonly couponId: string;
}

/** A coupon that may be the user's, with all that the rules ask. */
export interface WalletCandidate {
  readonly at: WalletPosition;
  readonly coupon: Coupon;
  readonly person: Person;
  readonly name: string;
  readonly description: string;
  readonly position: number | null;
  readonly image: CouponImage | null;
  /** Not to be shown to whoever cannot pay. */
  readonly isHidden: boolean;
  /** Actions that earn points of the price. */
  readonly earnBy: readonly EarningAction[];
}

export interface WalletStretch {
  /** The database's clock: milliseconds since 1970. */
  readonly now: number;
  /** In the order of the list. */
  readonly candidates: readonly WalletCandidate[];
  readonly isLast: boolean;
}

interface Reply {
  readonly facts: FactsReply;
  readonly cards: readonly CardReply[];
  readonly earn: Readonly<Record<string, readonly EarningAction[]>>;
}

type CardReply = [
  nth: number,
  couponId: string,
  place: number,
  editedAt: number,
  name: string,
  description: string,
  position: number | null,
  isHidden: boolean,
  image: CouponImage | null,
];

/** Above everything in the order of the lists. */
const beginning: WalletPosition = {
  place: 1,
  editedAt: 'infinity',
  couponId: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};

/** What a user's lists are made of: one round trip (migrations/wallet-page). */
@Injectable()
export class WalletStore {
  constructor(private readonly database: TenantDatabase) {}

  /** At most `most` candidates that stand after `after`. `channelId` null: of all channels. */
  async stretch(
    tenantId: string,
    userId: string,
    channelId: string | null,
    after: WalletPosition | null,
    most: number,
  ): Promise<WalletStretch> {
    const { place, editedAt, couponId } = after ?? beginning;
    const { rows } = await this.database.pool.query<{ reply: Reply }>({
      name: 'wallet_page',
      text: 'SELECT wallet_page($1, $2, $3, $4, $5, $6, $7) AS reply',
      values: [tenantId, userId, channelId, place, editedAt, couponId, most],
    });
    const reply = rows[0]?.reply;
    if (reply === undefined) throw new Error('wallet_page gave no row');
    const { now, coupons, entries } = factsOf(reply.facts);
    const candidates = reply.cards.flatMap(([nth, ...card]): WalletCandidate[] => {
      const [coupon, person] = [coupons.get(card[0]), entries[nth - 1]?.person];
      if (coupon === undefined || person === undefined) return [];
      const earnBy = (coupon.price && reply.earn[coupon.price.pointNameId]) ?? [];
      return [{ ...candidateOf(card), coupon, person, earnBy }];
    });
    return { now, candidates, isLast: reply.cards.length < most };
  }
}

type Card = CardReply extends [number, ...infer Rest] ? Rest : never;

function candidateOf([couponId, place, editedAt, name, description, position, isHidden, image]: Card) {
  const at: WalletPosition = { place, editedAt: new Date(editedAt).toISOString(), couponId };
  return { at, name, description, position, isHidden, image };
}
