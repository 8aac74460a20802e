import { Returners } from './returners.js';
import type { Combinable, Ticket } from './ticket.js';
import { WaitingLine } from './waiting-line.js';

/**
 * What is done with a batch. The first stage of the next batch runs while the second of this one does; second stages
 * run one after the other. A ticket may be settled in either stage; one left over is failed.
 */
export interface Stages<Entry extends Combinable, Answer, Screened> {
  screen(batch: readonly Ticket<Entry, Answer>[]): Promise<Screened>;
  settle(screened: Screened): Promise<void>;
}

/** What a lane asks of whoever spreads entries over lanes. */
export interface LaneHost<Entry extends Combinable, Answer> {
  readonly maxBatch: number;
  /** Milliseconds that callers who were just answered are waited for at most; 0 = not at all. */
  readonly returnMs: number;
  /** Of a coupon that shares no batch with others. */
  isApart(entry: Entry): boolean;
  /** Milliseconds after which a second stage is late. */
  patience(): number;
  /** The second stage of this batch is late and goes on. */
  late(batch: readonly Ticket<Entry, Answer>[]): void;
  /** A second stage is over. */
  done(batch: readonly Ticket<Entry, Answer>[], tookMs: number, wasLate: boolean): void;
}

/**
 * One queue with one batch in each stage. Batches form by themselves, of what came while the stages were busy.
 *
 * A second stage costs much per batch and little per entry, so its batches shall be large. Where the first stage asks
 * nobody (it ends within one turn of the event loop), nothing is gained by screening ahead: the batch is taken when the
 * second stage is free, and whoever comes until then is in it. Else one waits screened while others come too late for
 * it: of 64 callers, batches of 21 instead of 32.
 */
export class Lane<Entry extends Combinable, Answer, Screened> {
  private readonly line = new WaitingLine<Entry, Answer>();
  private readonly returners: Returners;
  private pumping: Promise<void> | undefined;
  private running: Promise<void> = Promise.resolve();
  private isSettling = false;
  private screensAtOnce = false;
  /** Its second stage takes so long that somebody must be holding what it needs. */
  isLate = false;

  constructor(
    private readonly stages: Stages<Entry, Answer, Screened>,
    private readonly host: LaneHost<Entry, Answer>,
  ) {
    this.returners = new Returners(host.returnMs);
  }

  get waiting(): number {
    return this.line.size;
  }

  add(ticket: Ticket<Entry, Answer>): void {
    this.line.add(ticket);
    this.returners.came();
    this.pumping ??= this.pump();
  }

  get isBusy(): boolean {
    return this.pumping !== undefined || this.isSettling;
  }

  /** Those that wait, for another lane. */
  drain(): Ticket<Entry, Answer>[] {
    return this.line.drain();
  }

  /** Resolves when nothing waits and nothing runs. */
  async idle(): Promise<void> {
    while (this.pumping !== undefined) await this.pumping;
    await this.running;
  }

  private async pump(): Promise<void> {
    await turn();
    for (;;) {
      if (this.screensAtOnce) await this.whenFree();
      const batch = this.line.take(
        Math.min(this.host.maxBatch, this.returners.share(this.line.size)),
        (entry) => this.host.isApart(entry),
      );
      if (batch.length === 0) break;
      const screened = await this.screen(batch);
      await this.running;
      if (screened !== undefined) this.running = this.settle(batch, screened.value);
    }
    this.pumping = undefined;
  }

  private async whenFree(): Promise<void> {
    await this.running;
    const returning = this.returners.wait(this.line.size);
    if (returning === undefined) return;
    await returning;
    await turn();
  }

  private async screen(batch: readonly Ticket<Entry, Answer>[]): Promise<{ value: Screened } | undefined> {
    this.screensAtOnce = true;
    const turned = setImmediate(() => (this.screensAtOnce = false));
    try {
      return { value: await this.stages.screen(batch) };
    } catch (error) {
      for (const ticket of batch) ticket.fail(error);
      return undefined;
    } finally {
      clearImmediate(turned);
    }
  }

  /** Never rejects: whatever happens, every ticket of the batch ends settled. */
  private async settle(batch: readonly Ticket<Entry, Answer>[], screened: Screened): Promise<void> {
    this.isSettling = true;
    const since = performance.now();
    const watch = setTimeout(() => {
      this.isLate = true;
      this.host.late(batch);
    }, this.host.patience()).unref();
    try {
      await this.stages.settle(screened);
      for (const ticket of batch)
        if (!ticket.isSettled) ticket.fail(new Error('the batch left this entry without an answer'));
    } catch (error) {
      for (const ticket of batch) ticket.fail(error);
    }
    clearTimeout(watch);
    this.isSettling = false;
    const tookMs = performance.now() - since;
    this.returners.answered(batch.length, tookMs);
    const wasLate = this.isLate;
    this.isLate = false;
    this.host.done(batch, tookMs, wasLate);
  }
}

/** Not a timer: one turn of the event loop, so that requests read in the same turn share a batch. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
