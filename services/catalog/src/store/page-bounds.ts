/** Which stretch of a list ordered by id a store is to give. */
export interface PageBounds {
  /** Id of the last item before it; null = from the beginning. */
  readonly after: string | null;
  readonly limit: number;
}
