import { z } from 'zod';
import { couponImage } from '../coupon-image.js';
import { id, instant, positiveCount } from '../primitives.js';

/** An image as renditions; what was uploaded is not kept. */
export const imageView = z
  .object({
    imageId: id,
    width: positiveCount.describe('Of the upload, turned as it is meant to be seen.'),
    height: positiveCount,
    ...couponImage.shape,
    createdAt: instant,
  })
  .meta({ id: 'Image' });
export type ImageView = z.infer<typeof imageView>;
