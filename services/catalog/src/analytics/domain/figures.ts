import type {
  AnalyticsFulfilment,
  CouponAnalytics,
  CouponFigures,
  CouponType,
  StoreFigures,
} from '#contracts';
import type { Metric } from './tally.js';

/** A total as the read model holds it; users of the funnel are totals beside what is counted. */
export interface CountedTotal {
  readonly couponId: string;
  readonly metric: Metric | 'users_granted' | 'users_seen' | 'users_redeemed';
  readonly dimension: string;
  /** A whole number, exact past 2^53. */
  readonly amount: string;
}

/** What was counted of one coupon. */
export class Totals {
  readonly #totals: readonly CountedTotal[];

  constructor(totals: readonly CountedTotal[]) {
    this.#totals = totals;
  }

  of(metric: CountedTotal['metric']): CountedTotal[] {
    return this.#totals.filter((total) => total.metric === metric);
  }

  sum(metric: CountedTotal['metric']): number {
    return Number(this.of(metric).reduce((sum, { amount }) => sum + BigInt(amount), 0n));
  }

  /** 0 where nothing was counted. */
  at(metric: CountedTotal['metric'], dimension: string): bigint {
    const found = this.of(metric).find((total) => total.dimension === dimension);
    return BigInt(found?.amount ?? 0);
  }
}

/** Whom the coupon may reach, as far as that is not counted. */
export interface Audience {
  readonly availability: 'rule' | 'grant' | null;
  readonly audience: number;
}

type Funnel = Pick<CouponFigures, 'available' | 'seen' | 'redeemed' | 'refusals'>;

/** A void that came before its redemption shows for a moment as less than nothing. */
const atLeastNone = (count: number): number => Math.max(0, count);

export function funnelOf(totals: Totals, { availability, audience }: Audience): Funnel {
  const voided = totals.sum('voided');
  const audienceNow = availability === null ? 0 : audience;
  return {
    available:
      availability === 'grant'
        ? { users: totals.sum('users_granted'), counted: 'granted' }
        : { users: audienceNow, counted: 'audience' },
    seen: { users: totals.sum('users_seen'), impressions: totals.sum('impressions') },
    redeemed: {
      users: totals.sum('users_redeemed'),
      redemptions: atLeastNone(totals.sum('redemptions') - voided),
      voided,
    },
    refusals: totals.sum('refusals'),
  };
}

/**
 * A call of a redemption that was taken back is told as a failure, too, and nobody failed: it is told apart here, so that
 * also what was counted before is right.
 */
const WITHDRAWN_BY_VOID = 'voided';

export function fulfilmentOf(totals: Totals): CouponAnalytics['fulfilment'] {
  const count = (outcome: string): number => Number(totals.at('fulfilment', outcome));
  const [owed, retried, succeeded, ended] = ['owed', 'retried', 'succeeded', 'failed'].map(count) as [
    number,
    number,
    number,
    number,
  ];
  const voided = Number(totals.at('fulfilment_failure', WITHDRAWN_BY_VOID));
  return {
    pending: atLeastNone(owed + retried - succeeded - ended),
    succeeded,
    failed: atLeastNone(ended - voided - retried),
    retried,
    voided,
  };
}

/** Failures by their reason, the greatest first. */
export function failuresOf(totals: Totals): AnalyticsFulfilment['failures'] {
  return countsOf(totals, 'fulfilment_failure')
    .filter(({ name }) => name !== WITHDRAWN_BY_VOID)
    .map(({ name, count }) => ({
      // It was written from such a fact.
      reason: name as AnalyticsFulfilment['failures'][number]['reason'],
      count,
    }));
}

/** Points taken and given, by point name. */
export function pointsOf(totals: Totals): { pointNameId: string; taken: string; given: string }[] {
  const ids = new Set(
    [...totals.of('points_taken'), ...totals.of('points_given')].map(({ dimension }) => dimension),
  );
  return [...ids].sort().map((pointNameId) => ({
    pointNameId,
    taken: String(totals.at('points_taken', pointNameId)),
    given: String(totals.at('points_given', pointNameId)),
  }));
}

/** Counts of a metric by its dimension, the greatest first. */
export function countsOf(totals: Totals, metric: Metric): { name: string; count: number }[] {
  return totals
    .of(metric)
    .map(({ dimension: name, amount }) => ({ name, count: Number(amount) }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

export type TillFigures = Omit<StoreFigures, 'storeName' | 'cashierName'>;

/** By till, the most redemptions first; those of no till are of printed codes, or happened without any. */
export function tillsOf(totals: Totals, type: CouponType): TillFigures[] {
  const tills = new Set(
    [...totals.of('redemptions'), ...totals.of('voided')].map(({ dimension }) => dimension),
  );
  return [...tills]
    .map((till): TillFigures => {
      const [storeId = '', cashierId = ''] = till.split('/');
      const voided = Number(totals.at('voided', till));
      return {
        kind: storeId !== '' || cashierId !== '' ? 'till' : type === 'qr' ? 'printed' : 'online',
        storeId: storeId || null,
        cashierId: cashierId || null,
        redemptions: atLeastNone(Number(totals.at('redemptions', till)) - voided),
        voided,
      };
    })
    .sort((a, b) => b.redemptions - a.redemptions || (tillKey(a) < tillKey(b) ? -1 : 1));
}

function tillKey({ storeId, cashierId }: TillFigures): string {
  return `${storeId ?? ''}/${cashierId ?? ''}`;
}
