import type { DueKind } from '../src/domain/kinds.js';
import { type PlannedCoupon, wholeCoupon } from '../src/domain/occurrence.js';
import { planOf, type PlannedDue } from '../src/domain/plan.js';

export interface Told {
  readonly kind: DueKind;
  readonly dueAt: number;
  /** When it was told. */
  readonly at: number;
}

/** The scheduler's rules without its servers: one coupon, its queue, and a clock that stands until it is set. */
export class PaperScheduler {
  readonly told: Told[] = [];
  readonly skipped: Told[] = [];
  readonly #announced: Partial<Record<DueKind, number>> = {};
  #queue: PlannedDue[] = [];

  constructor(
    public coupon: PlannedCoupon,
    public now: number,
  ) {
    this.#plan();
  }

  /** A newer version of the coupon has come. */
  change(coupon: PlannedCoupon): void {
    this.coupon = coupon;
    this.#plan();
  }

  /** Tells everything that is due, as a replica does: first by first, planning again after each. */
  run(): void {
    for (let [first] = this.#queue; first !== undefined && first.dueAt <= this.now; [first] = this.#queue) {
      const { kind, dueAt, lapsesAt } = first;
      const lapsed = lapsesAt !== null && lapsesAt <= this.now;
      (lapsed ? this.skipped : this.told).push({ kind, dueAt, at: this.now });
      if (!lapsed) this.#announced[kind] = dueAt;
      this.#plan();
      if (this.told.length > 10_000) throw new Error('it goes on for ever');
    }
  }

  #plan(): void {
    this.#queue = planOf(this.coupon, wholeCoupon, { announced: this.#announced, now: this.now });
  }
}
