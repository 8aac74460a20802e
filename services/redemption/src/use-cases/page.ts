/** `after` is the position of the last item of the page before; null = from the beginning. */
export interface PageRequest<Position> {
  readonly after: Position | null;
  readonly limit: number;
}

export interface Page<Item> {
  readonly items: Item[];
  /** The next page begins after it; null on the last page. */
  readonly last: Item | null;
}

/** A page out of what a store gave when it was asked for one item more than fits. */
export function cutPage<Item>(found: readonly Item[], limit: number): Page<Item> {
  const items = found.slice(0, limit);
  return { items, last: found.length > limit ? (items.at(-1) ?? null) : null };
}
