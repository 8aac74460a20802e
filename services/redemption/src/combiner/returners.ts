/** A batch that took less is not worth waiting for a larger one. */
const WORTH_MS = 1;
/** So many share what a batch costs well enough; the next ones are answered while this batch is being decided. */
const ENOUGH = 16;
/** After so many turns without a wait it is tried again, however often it was in vain. */
const MOST_SKIPPED = 63;

/**
 * Callers that were just answered and ask again at once, as a till or another service does. A batch costs much and an
 * entry little: when few are on their way back, the next batch waits for them, half of what the last one took at most,
 * instead of leaving without; else two groups of callers take turns for ever, each waiting for the other's batch. Whether
 * they do come back is learnt: each wait in vain doubles the number of batches that leave without one.
 */
export class Returners {
  private expected = 0;
  private limitMs = 0;
  private answeredAt = 0;
  private inVain = 0;
  private skipped = 0;
  private complete: (() => void) | undefined;

  constructor(private readonly mostMs: number) {}

  /** So many were answered, after `tookMs`. */
  answered(count: number, tookMs: number): void {
    this.expected = tookMs < WORTH_MS ? 0 : count;
    this.limitMs = Math.min(this.mostMs, tookMs / 2);
    this.answeredAt = performance.now();
  }

  came(): void {
    if (this.expected === 0) return;
    this.expected -= 1;
    if (this.expected === 0) this.complete?.();
  }

  /**
   * Resolves when as many have come as were answered, or in vain; undefined = nobody is waited for.
   * @param waiting how many the next batch has by now
   */
  wait(waiting: number): Promise<void> | undefined {
    if (this.expected === 0 || this.limitMs === 0 || waiting >= ENOUGH) return undefined;
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
