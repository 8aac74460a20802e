import { z } from 'zod';
import { id, instant, positiveCount } from '../primitives.js';

export const imageRendition = z.object({
  width: positiveCount,
  height: positiveCount,
  type: z.enum(['image/webp', 'image/jpeg']),
  url: z.string().describe('Never changes its content: may be cached for ever. Needs no token.'),
});

/** An image as renditions; what was uploaded is not kept. */
export const imageView = z
  .object({
    imageId: id,
    width: positiveCount.describe('Of the upload, turned as it is meant to be seen.'),
    height: positiveCount,
    renditions: z.array(imageRendition).describe('16:9, three widths, each as WebP and as JPEG.'),
    createdAt: instant,
  })
  .meta({ id: 'Image' });
export type ImageView = z.infer<typeof imageView>;
