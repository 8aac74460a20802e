import type { EventOf, ImpressionPlace, PointsAmount } from '#contracts';

/** A user redeemed a coupon, or a redemption was taken back; `at` is the redemption's instant in both. */
export interface RedemptionFact {
  readonly kind: 'redeemed' | 'voided';
  readonly couponId: string;
  readonly userId: string;
  readonly at: string;
  readonly storeId: string | null;
  readonly cashierId: string | null;
  /** The price that was taken, or given back. */
  readonly price: PointsAmount | null;
  /** The bonus that was given, or taken back. */
  readonly bonus: PointsAmount | null;
}

/** What analytics keeps of the facts of others: enough to count again by other rules, and no more. */
export type AnalyticsFact =
  | RedemptionFact
  | {
      readonly kind: 'granted';
      readonly couponId: string;
      readonly userId: string;
      readonly at: string;
      /** A return to a grant that was there before. */
      readonly revived: boolean;
    }
  | {
      readonly kind: 'seen';
      readonly couponId: string;
      readonly userId: string;
      readonly at: string;
      readonly place: ImpressionPlace;
    }
  | {
      readonly kind: 'refused';
      readonly couponId: string;
      readonly at: string;
      readonly code: string;
      readonly count: number;
    }
  | {
      readonly kind: 'fulfilment';
      readonly couponId: string;
      readonly outcome: 'owed' | 'retried' | 'succeeded' | 'failed';
      /** Of a failure. */
      readonly reason: string | null;
    };

export type AnalyticsTopic =
  | 'redemption.redemption.v1'
  | 'redemption.refusal.v1'
  | 'redemption.fulfilment.v1'
  | 'targeting.grant.v1'
  | 'catalog.impression.v1';

export type AnalyticsEvent = { [Topic in AnalyticsTopic]: EventOf<Topic> }[AnalyticsTopic];

/** What is to be counted of an event: of a batch of impressions each. */
export function factsOf(event: AnalyticsEvent): readonly AnalyticsFact[] {
  switch (event.topic) {
    case 'redemption.redemption.v1':
      return [redemptionFact(event)];
    case 'redemption.refusal.v1': {
      const { couponId, minute: at, code, count } = event.data;
      return [{ kind: 'refused', couponId, at, code, count }];
    }
    case 'redemption.fulfilment.v1':
      return [fulfilmentFact(event)];
    case 'targeting.grant.v1': {
      // Who loses a grant has had it: the funnel asks to whom the coupon ever became available.
      if (event.name === 'revoked') return [];
      const { couponId, userId, availableAt: at, revived } = event.data;
      return [{ kind: 'granted', couponId, userId, at, revived }];
    }
    case 'catalog.impression.v1': {
      const { userId, impressions } = event.data;
      return impressions.map(({ couponId, place, seenAt: at }) => ({
        kind: 'seen',
        couponId,
        userId,
        at,
        place,
      }));
    }
  }
}

function redemptionFact({ name, data }: EventOf<'redemption.redemption.v1'>): RedemptionFact {
  const { couponId, userId, redeemedAt: at, storeId, cashierId } = data;
  const { price, bonus } = name === 'voided' ? data.returned : data;
  return { kind: name, couponId, userId, at, storeId, cashierId, price, bonus };
}

function fulfilmentFact({ name, data }: EventOf<'redemption.fulfilment.v1'>): AnalyticsFact {
  const { couponId } = data;
  if (name === 'fulfilment-pending')
    return { kind: 'fulfilment', couponId, outcome: data.round === 1 ? 'owed' : 'retried', reason: null };
  if (name === 'fulfilment-succeeded')
    return { kind: 'fulfilment', couponId, outcome: 'succeeded', reason: null };
  return { kind: 'fulfilment', couponId, outcome: 'failed', reason: data.reason };
}
