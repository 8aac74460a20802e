/**
 * Keeps requests from paying for a server that does not answer: the first failure opens it, and then nobody asks until
 * a probe, made outside requests, has closed it again. Begins open: until the first probe nothing is known.
 */
export class Breaker {
  private open = true;
  private failures = 0;

  get isOpen(): boolean {
    return this.open;
  }

  /** Failures so far, for the metric. */
  get failureCount(): number {
    return this.failures;
  }

  failed(): void {
    this.failures += 1;
    this.open = true;
  }

  /** Only the probe says this. */
  close(): void {
    this.open = false;
  }
}
