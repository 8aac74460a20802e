const MIN_MS = 25;
const MAX_MS = 250;
const MAX_FAILURE_MS = 5_000;
/** Facts of one look that are worth the next one at once; a look costs as much as some fifty facts. */
const PLENTY = 400;
/** Milliseconds in which facts gather where there were some, but not plenty. */
const GATHER_MS = 25;

/**
 * How long the relay waits between two looks. Nothing left: ever longer, up to a quarter of a second, and a nudge ends the
 * wait, so that a lone fact leaves at once. Some left: a moment, whatever nudges, for more to gather (looking after every
 * commit took two fifths of a hot coupon's throughput). Plenty left: not at all. After failures longer, and then a nudge
 * does not cut the wait short either.
 */
export class PollPace {
  #delay = MIN_MS;
  #failures = 0;
  #nudged = false;
  #heedsNudges = true;
  #wake: (() => void) | undefined;

  after(found: number): void {
    this.#failures = 0;
    this.#heedsNudges = found === 0;
    if (found === 0) this.#delay = Math.min(MAX_MS, Math.max(MIN_MS, this.#delay * 2));
    else this.#delay = found < PLENTY ? GATHER_MS : 0;
  }

  afterFailure(): void {
    this.#heedsNudges = false;
    this.#delay = Math.min(MAX_FAILURE_MS, 100 * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 10);
  }

  nudge(): void {
    this.#nudged = true;
    if (this.#heedsNudges) this.#wake?.();
  }

  /** Ends the wait in hand, whatever it is for: for stopping. */
  cutShort(): void {
    this.#nudged = true;
    this.#heedsNudges = true;
    this.#wake?.();
  }

  /** Milliseconds that `wait` will take now. */
  get delayMs(): number {
    return this.#nudged && this.#heedsNudges ? 0 : this.#delay;
  }

  async wait(): Promise<void> {
    const ms = this.delayMs;
    if (ms > 0) await this.#sleep(ms);
    this.#nudged = false;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    }).then(() => {
      this.#wake = undefined;
    });
  }
}
