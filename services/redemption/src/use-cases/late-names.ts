/** Milliseconds after which a name that never came is waited for once more. */
const FORGET_MS = 600_000;
const MAX_NAMES = 1_000;
/** Milliseconds that all names together are waited for within `FORGET_MS`. */
const BUDGET_MS = 30_000;

interface Wait {
  readonly since: number;
  until: number;
}

/**
 * How long a fact waits for a name that nobody has told of yet: facts of two topics come in any order. Each name is waited
 * for once; after that what names it is refused at once, so that one made-up id costs its partition one wait and not one
 * per fact. And all names share one budget, so that many made-up ids do not stop it for long either: while it is spent,
 * unknown names are refused at once. Kept per process: another one waits once more.
 */
export class LateNames {
  private readonly missed = new Map<string, Wait>();
  /** Of the last `FORGET_MS`, oldest first; of names that were heard of, too. */
  private waits: Wait[] = [];

  /** @param waitMs for one name; more than the budget raises the budget */
  constructor(private readonly waitMs: number) {}

  /** Whether it is worth waiting a little longer. @param now milliseconds since 1970 */
  isStillAwaited(name: string, now: number): boolean {
    const known = this.missed.get(name);
    if (known !== undefined && now - known.since < FORGET_MS) {
      known.until = Math.max(known.until, Math.min(now, known.since + this.waitMs));
      return now - known.since < this.waitMs && this.isBudgetLeft(now);
    }
    this.missed.delete(name);
    if (this.waitMs === 0 || !this.isBudgetLeft(now)) return false;
    this.remember(name, { since: now, until: now });
    return true;
  }

  heard(name: string): void {
    this.missed.delete(name);
  }

  private isBudgetLeft(now: number): boolean {
    this.waits = this.waits.filter(({ since }) => now - since < FORGET_MS);
    const spent = this.waits.reduce((sum, { since, until }) => sum + until - since, 0);
    return spent < Math.max(BUDGET_MS, this.waitMs);
  }

  private remember(name: string, wait: Wait): void {
    this.missed.set(name, wait);
    this.waits.push(wait);
    const [oldest] = this.missed.keys();
    if (this.missed.size > MAX_NAMES && oldest !== undefined) this.missed.delete(oldest);
    if (this.waits.length > MAX_NAMES) this.waits.shift();
  }
}
