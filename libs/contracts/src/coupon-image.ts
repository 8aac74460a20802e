import { z } from 'zod';
import { positiveCount } from './primitives.js';

export const imageRendition = z.object({
  width: positiveCount,
  height: positiveCount,
  type: z.enum(['image/webp', 'image/jpeg']),
  url: z
    .string()
    .max(2000)
    .describe(
      'Never changes its content: may be cached for ever. Needs no token. Relative to the front door unless the operator has set an address, such as that of a CDN.',
    ),
});
export type ImageRendition = z.infer<typeof imageRendition>;

/** The image of a coupon as lists show it. */
export const couponImage = z.object({
  renditions: z
    .array(imageRendition)
    .max(20)
    .describe('16:9, three widths, the widest first, each as WebP and as JPEG.'),
});
export type CouponImage = z.infer<typeof couponImage>;
