import { z } from 'zod';

/** Query of every list: pages by an opaque cursor, so that a page stays right while rows come and go. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('Items of a page, at most.'),
  cursor: z
    .string()
    .min(1)
    .max(500)
    .optional()
    .describe('`nextCursor` of the page before; left out: the first page.'),
});
export type PageQuery = z.output<typeof pageQuery>;

export function page<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z
      .string()
      .nullable()
      .describe('Give it back as `cursor` for the next page; null on the last one.'),
  });
}
