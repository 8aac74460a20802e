/** What the combiner must know of an entry to batch it; the rest is the stages' business. */
export interface Combinable {
  readonly tenantId: string;
  readonly couponId: string;
  readonly userId: string;
}

/** One waiting entry and the promise of whoever handed it in. Answered once; later answers are ignored. */
export class Ticket<Entry extends Combinable, Answer> {
  readonly answer: Promise<Answer>;
  private resolve!: (answer: Answer) => void;
  private reject!: (error: unknown) => void;
  private settled = false;

  constructor(
    readonly entry: Entry,
    /** One for all tickets: a closure less per redemption. */
    private readonly onSettled: (entry: Entry) => void,
  ) {
    this.answer = new Promise<Answer>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  get isSettled(): boolean {
    return this.settled;
  }

  succeed(answer: Answer): void {
    if (this.settle()) this.resolve(answer);
  }

  fail(error: unknown): void {
    if (this.settle()) this.reject(error);
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.onSettled(this.entry);
    return true;
  }
}
