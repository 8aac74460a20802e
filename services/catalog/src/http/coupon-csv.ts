import type { CouponView } from '#contracts';

type Cell = string | number | null;

/** Columns of the export; added at the end only: others read it by position, too. */
const columns: Readonly<Record<string, (coupon: CouponView) => Cell>> = {
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
};

/** RFC 4180, with a byte order mark, by which spreadsheets know UTF-8. */
export async function* couponCsv(stretches: AsyncIterable<readonly CouponView[]>): AsyncGenerator<string> {
  yield `\uFEFF${lineOf(Object.keys(columns))}`;
  const readers = Object.values(columns);
  for await (const coupons of stretches)
    if (coupons.length > 0)
      yield coupons.map((coupon) => lineOf(readers.map((read) => read(coupon)))).join('');
}

function lineOf(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

/** What a spreadsheet would take for a formula begins with an apostrophe instead, also where blanks go before it. */
const FORMULA = /^[\s\uFEFF]*[=+\-@\t\r\n＝＋－＠]/;

function field(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell);
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
