/** A batch that took less is not worth waiting for a larger one. */
const WORTH_MS = 1;
/** More callers than these go in two groups: one is answered, and comes back, while the other is being decided. */
const ONE_GROUP = 24;
/** After so many turns without a wait it is tried again, however often it was in vain. */
const MOST_SKIPPED = 63;

/**
 * Callers that were just answered and ask again at once, as a till or another service does. A batch costs much and an
 * entry little, so the next batch waits for those on their way back, as long as the last one took at most, instead of
 * leaving without: few callers in one batch, else two groups take turns for ever, each waiting for the other's batch;
 * many in two halves, else the event loop has nothing to do while the database decides, and the other way round. Whether
 * they do come back is learnt: each wait in vain doubles the number of batches that leave without one.
 */
export class Returners {
  private expected = 0;
  private limitMs = 0;
  private answeredAt = 0;
  private inVain = 0;
  private skipped = 0;
  /** Expected callers without whom the batch leaves. */
  private without = 0;
  private complete: (() => void) | undefined;

  constructor(private readonly mostMs: number) {}

  /** So many were answered, after `tookMs`. */
  answered(count: number, tookMs: number): void {
    this.expected = tookMs < WORTH_MS ? 0 : count;
    this.limitMs = Math.min(this.mostMs, tookMs);
    this.answeredAt = performance.now();
  }

  came(): void {
    if (this.expected === 0) return;
    this.expected -= 1;
    if (this.expected <= this.without) this.complete?.();
  }

  /** How many of those who wait the next batch takes: of many, half of all who are here or on their way back. */
  share(waiting: number): number {
    const all = waiting + this.expected;
    return this.mostMs === 0 || all <= ONE_GROUP ? all : Math.ceil(all / 2);
  }

  /**
   * Resolves when enough have come, or in vain; undefined = nobody is waited for.
   * @param waiting how many the next batch has by now
   */
  wait(waiting: number): Promise<void> | undefined {
    this.without = waiting + this.expected - this.share(waiting);
    if (this.expected <= this.without || this.limitMs === 0) return undefined;
    if (performance.now() - this.answeredAt >= this.limitMs) return undefined;
    if (this.skipped < Math.min(2 ** this.inVain - 1, MOST_SKIPPED)) {
      this.skipped += 1;
      return undefined;
    }
    this.skipped = 0;
    return new Promise((resolve) => {
      const end = (inVain: number): void => {
        clearTimeout(timer);
        this.complete = undefined;
        this.inVain = inVain;
        this.expected = 0;
        resolve();
      };
      const timer = setTimeout(() => end(this.inVain + 1), this.limitMs);
      this.complete = () => end(0);
    });
  }
}
