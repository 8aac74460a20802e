import { z } from 'zod';
import { couponStatus, couponType } from '../events/catalog/coupon.v1.js';
import { count, id, instant, text } from '../primitives.js';
import { couponView } from './catalog.js';
import { page, pageQuery } from './paging.js';

/** One value, or several: the parameter repeated. Each counts once. */
function oneOrMore<Item extends z.ZodType>(item: Item, max: number) {
  return z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z
      .array(item)
      .min(1)
      .max(max)
      .overwrite((values) => [...new Set(values)])
      .optional(),
  );
}

export const couponSort = z.enum(['newest', 'oldest', 'edited', 'position']);
export type CouponSort = z.infer<typeof couponSort>;

/** Which coupons of the caller's channels, and in which order. */
const couponSelection = {
  channelId: oneOrMore(id, 100).describe("Of these channels; of others than the caller's nothing is found."),
  status: oneOrMore(couponStatus, 6),
  type: oneOrMore(couponType, 4),
  programmeId: id.optional().describe('Loyalty coupons of this programme.'),
  loyalty: z.enum(['yes', 'no']).optional().describe('`yes`: loyalty coupons only; `no`: all but these.'),
  search: text({ min: 1, max: 80 })
    .trim()
    .optional()
    .describe(
      'Part of the name; capitals and accents make no difference, and no character has a meaning of its own.',
    ),
  createdFrom: instant.optional().describe('Created then or later.'),
  createdUntil: instant.optional().describe('Created before.'),
};

const couponFilters = {
  ...couponSelection,
  sort: couponSort
    .default('newest')
    .describe(
      'By creation, or by the last edit of the owner, the latest first; `position`: as on the channel page: ascending, those without one last, of one position the last edited first.',
    ),
};

export const couponsQuery = pageQuery.extend(couponFilters);
export type CouponsQuery = z.output<typeof couponsQuery>;

/** Of one programme, which the path names. */
export const programmeCouponsQuery = couponsQuery.omit({ programmeId: true, loyalty: true });
export type ProgrammeCouponsQuery = z.output<typeof programmeCouponsQuery>;

export const couponExportQuery = z.object(couponFilters);
export type CouponExportQuery = z.output<typeof couponExportQuery>;

export const couponCountsQuery = z.object(couponSelection);
export type CouponCountsQuery = z.output<typeof couponCountsQuery>;

/** Counting ends at so many: beyond, no owner reads the number, and the database would. */
export const mostCounted = 100_000;

export const couponCounts = z
  .object({
    total: count,
    byStatus: z.record(couponStatus, count).describe('Every status, also those of which there is none.'),
    capped: z
      .boolean()
      .describe(
        'true: there are more than 100,000; the numbers are those of the first 100,000 that were met.',
      ),
  })
  .meta({ id: 'CouponCounts' });
export type CouponCounts = z.infer<typeof couponCounts>;

export const auditEntryView = z
  .object({
    entryId: id,
    at: instant,
    action: z.string().describe('create, edit, publish, …, or the name of the fact that caused the change.'),
    actor: z.object({
      kind: z.enum(['person', 'fact']),
      id: z.string().describe('Of the person, or of the fact.'),
    }),
    before: z.record(z.string(), z.unknown()).nullable().describe('null where there was nothing before.'),
    after: z.record(z.string(), z.unknown()).nullable().describe('null where nothing is left.'),
  })
  .meta({ id: 'AuditEntry' });
export type AuditEntryView = z.infer<typeof auditEntryView>;

/** The latest change first. */
export const auditPage = page(auditEntryView).meta({ id: 'AuditPage' });

export const bulkAction = z.enum(['enable', 'disable', 'archive']);

export const bulkBody = z.strictObject({
  action: bulkAction,
  couponIds: z
    .array(id)
    .min(1)
    .max(100)
    .refine((ids) => new Set(ids).size === ids.length, 'must name each coupon once'),
});
export type BulkBody = z.output<typeof bulkBody>;

const bulkResult = z.object({
  couponId: id,
  coupon: couponView.nullable().describe('After the action; null where it was refused.'),
  problem: z
    .object({ status: count, code: z.string(), detail: z.string().optional() })
    .nullable()
    .describe('Why it was refused; null where it was done.'),
});
export type BulkResult = z.infer<typeof bulkResult>;

export const bulkResults = z
  .object({ results: z.array(bulkResult).describe('In the order of `couponIds`.') })
  .meta({ id: 'BulkResults' });
export type BulkResults = z.infer<typeof bulkResults>;
