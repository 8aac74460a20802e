import { z } from 'zod';
import { couponStatus } from '../events/catalog/coupon.v1.js';
import { id, instant } from '../primitives.js';
import { page } from './paging.js';

/** Letters and digits that nobody mistakes for others; 58 of them twelve times are 70 bits. */
export const shareAlphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
export const shareCode = z
  .string()
  .regex(new RegExp(`^[${shareAlphabet}]{12}$`), 'must be the 12 characters of a shared link')
  .describe('What stands at the end of a shared link.');

export const shareLinkBody = z.strictObject({});

export const shareLinkView = z
  .object({
    linkId: id,
    couponId: id,
    code: shareCode,
    url: z.string().describe('To be handed out: a page with a preview that opens the coupon in the app.'),
    createdAt: instant,
  })
  .meta({ id: 'ShareLink' });
export type ShareLinkView = z.infer<typeof shareLinkView>;

/** Those that were not revoked, the latest first. */
export const shareLinkPage = page(shareLinkView).meta({ id: 'ShareLinkPage' });
export type ShareLinkPage = z.infer<typeof shareLinkPage>;

export const shareQrQuery = z.object({ format: z.enum(['svg', 'png']).default('svg') });
export type ShareQrQuery = z.output<typeof shareQrQuery>;

/** Where a link leads, for the app. Whether the user may have the coupon is redemption's to say. */
export const sharedCoupon = z
  .object({
    couponId: id,
    channelId: id.describe('To follow, where the wallet says that the coupon is for followers.'),
    status: couponStatus.describe('As of now.'),
    opensAt: instant
      .nullable()
      .describe('When it can be redeemed next; null = its window is open, or it is over or paused.'),
  })
  .meta({ id: 'SharedCoupon' });
export type SharedCoupon = z.infer<typeof sharedCoupon>;
