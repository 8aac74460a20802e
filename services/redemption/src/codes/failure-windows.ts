/** Failures so far, and milliseconds until they are forgotten. */
export interface Failures {
  readonly count: number;
  readonly leftMs: number;
}

const NONE: Failures = { count: 0, leftMs: 0 };

/** Names counted at most; beyond that the oldest windows are forgotten early. */
const MAX_NAMES = 10_000;

/** Counts in this process, each name in a window that begins with its first failure. */
export class FailureWindows {
  private readonly windows = new Map<string, { count: number; endsAt: number }>();

  constructor(private readonly windowMs: number) {}

  /** @param now milliseconds since 1970 */
  add(name: string, now: number): Failures {
    const known = this.get(name, now);
    const endsAt = known.count === 0 ? now + this.windowMs : now + known.leftMs;
    const count = known.count + 1;
    if (known.count === 0) this.windows.delete(name);
    this.windows.set(name, { count, endsAt });
    if (this.windows.size > MAX_NAMES) {
      const [oldest] = this.windows.keys();
      if (oldest !== undefined) this.windows.delete(oldest);
    }
    return { count, leftMs: endsAt - now };
  }

  get(name: string, now: number): Failures {
    const window = this.windows.get(name);
    if (window === undefined || window.endsAt <= now) return NONE;
    return { count: window.count, leftMs: window.endsAt - now };
  }
}
