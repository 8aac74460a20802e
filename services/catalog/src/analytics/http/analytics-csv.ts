import type {
  AnalyticsFulfilment,
  AnalyticsRefusals,
  AnalyticsSeries,
  AnalyticsStores,
  CouponAnalytics,
  CouponFigures,
  SeriesPoint,
  StoreFigures,
} from '#contracts';
import { type CsvColumns, csvOf } from '../../http/csv.js';

/** Columns are added at the end only: others read them by position, too. */
const seriesColumns: CsvColumns<SeriesPoint> = {
  from: ({ from }) => from,
  to: ({ to }) => to,
  redemptions: ({ redemptions }) => redemptions,
  voided: ({ voided }) => voided,
  impressions: ({ impressions }) => impressions,
  refusals: ({ refusals }) => refusals,
  granted: ({ granted }) => granted,
};

const storeColumns: CsvColumns<StoreFigures> = {
  kind: ({ kind }) => kind,
  store_id: ({ storeId }) => storeId,
  store: ({ storeName }) => storeName,
  cashier_id: ({ cashierId }) => cashierId,
  cashier: ({ cashierName }) => cashierName,
  redemptions: ({ redemptions }) => redemptions,
  voided: ({ voided }) => voided,
};

const couponColumns: CsvColumns<CouponFigures> = {
  coupon_id: ({ couponId }) => couponId,
  name: ({ name }) => name,
  type: ({ type }) => type,
  status: ({ status }) => status,
  available_users: ({ available }) => available.users,
  available_counted: ({ available }) => available.counted,
  seen_users: ({ seen }) => seen.users,
  impressions: ({ seen }) => seen.impressions,
  redeemed_users: ({ redeemed }) => redeemed.users,
  redemptions: ({ redeemed }) => redeemed.redemptions,
  voided: ({ redeemed }) => redeemed.voided,
  refusals: ({ refusals }) => refusals,
};

/** A figure, and where there are several of the name, of what it is. */
interface Figure {
  readonly figure: string;
  readonly of: string | null;
  readonly value: string | number;
}

const figureColumns: CsvColumns<Figure> = {
  figure: ({ figure }) => figure,
  of: ({ of }) => of,
  // A whole number: one below zero is no formula.
  value: ({ value }) =>
    typeof value === 'string' && !Number.isSafeInteger(Number(value)) ? value : Number(value),
};

export function channelCsv(stretches: AsyncIterable<readonly CouponFigures[]>): AsyncGenerator<string> {
  return csvOf(couponColumns, stretches);
}

/** The reports about one coupon. */
export const reportCsv = {
  series: ({ items }: AnalyticsSeries) => csvOf(seriesColumns, [items]),
  stores: ({ items }: AnalyticsStores) => csvOf(storeColumns, [items]),
  refusals: ({ items }: AnalyticsRefusals) =>
    csvOf(figureColumns, [items.map(({ code, count }) => ({ figure: 'refusals', of: code, value: count }))]),
  fulfilment: ({ failures, ...fulfilment }: AnalyticsFulfilment) =>
    csvOf(figureColumns, [
      fulfilmentFigures(fulfilment),
      failures.map(({ reason, count }) => ({ figure: 'failures', of: reason, value: count })),
    ]),
  summary: (view: CouponAnalytics) => csvOf(figureColumns, [summaryFigures(view)]),
};

function summaryFigures(view: CouponAnalytics): Figure[] {
  const { available, seen, redeemed, refusals, places, points, fulfilment } = view;
  return [
    { figure: 'available_users', of: available.counted, value: available.users },
    { figure: 'seen_users', of: null, value: seen.users },
    ...Object.entries(places).map(([of, value]) => ({ figure: 'impressions', of, value })),
    { figure: 'redeemed_users', of: null, value: redeemed.users },
    { figure: 'redemptions', of: null, value: redeemed.redemptions },
    { figure: 'voided', of: null, value: redeemed.voided },
    { figure: 'refusals', of: null, value: refusals },
    ...points.flatMap(({ pointNameId, pointName, taken, given }) => [
      { figure: 'points_taken', of: pointName ?? pointNameId, value: taken },
      { figure: 'points_given', of: pointName ?? pointNameId, value: given },
    ]),
    ...fulfilmentFigures(fulfilment),
  ];
}

function fulfilmentFigures(fulfilment: CouponAnalytics['fulfilment']): Figure[] {
  const { pending, succeeded, failed, retried, voided } = fulfilment;
  return Object.entries({ pending, succeeded, failed, retried, voided }).map(([of, value]) => ({
    figure: 'fulfilment',
    of,
    value,
  }));
}
