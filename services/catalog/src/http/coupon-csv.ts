import type { CouponView } from '#contracts';
import { type CsvColumns, csvOf } from './csv.js';

/** Columns of the export; added at the end only: others read it by position, too. */
const columns: CsvColumns<CouponView> = {
  coupon_id: ({ couponId }) => couponId,
  channel_id: ({ channelId }) => channelId,
  name: ({ name }) => name,
  type: ({ type }) => type,
  status: ({ status }) => status,
  finished_reason: ({ finishedReason }) => finishedReason,
  redeemed: ({ redeemed }) => redeemed,
  max_redemptions: ({ maxRedemptions }) => maxRedemptions,
  position: ({ position }) => position,
  programme_id: ({ programmeId }) => programmeId,
  start_at: ({ startAt }) => startAt,
  end_at: ({ endAt }) => endAt,
  time_zone: ({ timeZone }) => timeZone,
  created_at: ({ createdAt }) => createdAt,
  edited_at: ({ editedAt }) => editedAt,
  published_at: ({ publishedAt }) => publishedAt,
  unique_users: ({ uniqueUsers }) => uniqueUsers,
  available_from: ({ availableFrom }) => availableFrom,
};

export function couponCsv(stretches: AsyncIterable<readonly CouponView[]>): AsyncGenerator<string> {
  return csvOf(columns, stretches);
}
