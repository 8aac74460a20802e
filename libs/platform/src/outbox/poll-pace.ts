const MIN_MS = 25;
const MAX_MS = 250;
const MAX_FAILURE_MS = 5_000;

/**
 * How long the relay waits between two looks: not at all while there is something to do, then ever longer up to a quarter
 * of a second; after failures longer, and then a nudge does not cut the wait short.
 */
export class PollPace {
  #delay = MIN_MS;
  #failures = 0;
  #nudged = false;
  #wake: (() => void) | undefined;

  after(found: number): void {
    this.#failures = 0;
    this.#delay = found > 0 ? 0 : Math.min(MAX_MS, Math.max(MIN_MS, this.#delay * 2));
  }

  afterFailure(): void {
    this.#delay = Math.min(MAX_FAILURE_MS, 100 * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 10);
  }

  nudge(): void {
    this.#nudged = true;
    if (this.#failures === 0) this.#wake?.();
  }

  /** Ends the wait in hand, also one after a failure: for stopping. */
  cutShort(): void {
    this.#nudged = true;
    this.#failures = 0;
    this.#wake?.();
  }

  /** Milliseconds that `wait` will take now. */
  get delayMs(): number {
    return this.#nudged && this.#failures === 0 ? 0 : this.#delay;
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
