import { Injectable } from '@nestjs/common';
import { Clock, failpoint, Metrics, OutboxRelay } from '#platform';
import type { Stages } from '../combiner/lane.js';
import type { Ticket } from '../combiner/ticket.js';
import type { RedeemAnswer } from '../domain/answer.js';
import type { RedeemEntry } from '../domain/batch.js';
import type { Coupon } from '../domain/coupon.js';
import { looksRefused, refusalWith } from '../domain/evaluate.js';
import type { Means } from '../domain/means.js';
import { type Person, stranger } from '../domain/person.js';
import type { RefusalCode } from '../domain/refusal.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import type { Committed } from '../redis/gate-entries.js';
import { RedemptionGate } from '../redis/redemption-gate.js';
import { ConfirmRefusals } from './confirm-refusals.js';
import { type BatchResult, type EntryResult, RunBatch } from './run-batch.js';

type RedeemTicket = Ticket<RedeemEntry, RedeemAnswer>;

export interface ScreenedBatch {
  /** In order of arrival, in which PostgreSQL ranks them. */
  readonly tickets: readonly RedeemTicket[];
}

/** What Redis knows, too. */
const byNumbers: readonly RefusalCode[] = ['sold_out', 'user_limit_reached', 'cooling_down'];
const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** The protocol's steps 2 to 6 for one batch of one tenant. */
@Injectable()
export class DecideBatch implements Stages<RedeemEntry, RedeemAnswer, ScreenedBatch> {
  /** Writes to Redis that nobody waits for. */
  private readonly settling = new Set<Promise<void>>();
  private readonly batchSize;
  private readonly batchSeconds;

  constructor(
    private readonly memory: CouponMemory,
    private readonly gate: RedemptionGate,
    private readonly confirmRefusals: ConfirmRefusals,
    private readonly runBatch: RunBatch,
    private readonly relay: OutboxRelay,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.batchSize = metrics.histogram(
      'redemption_batch_entries',
      'Entries decided per call of the function',
      [],
      BATCH_SIZES,
    );
    this.batchSeconds = metrics.histogram('redemption_batch_seconds', 'Time of one batch, by stage', [
      'stage',
    ]);
  }

  /** Memory, then Redis; whoever either would refuse is confirmed in the database and answered at once. */
  async screen(batch: readonly RedeemTicket[]): Promise<ScreenedBatch> {
    const end = this.batchSeconds.startTimer({ stage: 'screen' });
    await failpoint('redemption.before-gate');
    const suspects = new Set<RedeemTicket>();
    const asked = this.askMemory(batch, suspects);
    if (asked.size > 0) await this.askGate(asked, suspects);
    if (suspects.size > 0) await this.confirm(batch.filter((ticket) => suspects.has(ticket)));
    await failpoint('redemption.after-gate');
    end();
    return { tickets: suspects.size === 0 ? batch : batch.filter((ticket) => !ticket.isSettled) };
  }

  /** The function; then the answers; then, with nobody waiting, memory and Redis. */
  async settle({ tickets }: ScreenedBatch): Promise<void> {
    if (tickets.length === 0) return;
    const end = this.batchSeconds.startTimer({ stage: 'settle' });
    this.batchSize.observe(tickets.length);
    const entries = tickets.map(({ entry }) => entry);
    const done = await this.runBatch.run(entries);
    await failpoint('redemption.after-commit');
    const tenantId = entries[0]?.tenantId ?? '';
    for (const { couponId, stock } of done.coupons.values())
      this.memory.learnStock(tenantId, couponId, stock);
    tickets.forEach((ticket, place) => this.answer(ticket, done.results[place], done.now));
    end();
    if (done.results.some((result) => 'outcome' in result && result.outcome.kind === 'accepted')) {
      this.relay.nudge();
    }
    this.noteRefusals(entries, done);
    this.inBackground(this.tellRedis(entries, done));
  }

  /** Resolves when no write to Redis is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.settling);
  }

  /** Adds whom the coupon alone would refuse to `suspects`. @returns of the others, those whom the gate is to be asked about */
  private askMemory(
    batch: readonly RedeemTicket[],
    suspects: Set<RedeemTicket>,
  ): Map<string, RedeemTicket[]> {
    const now = this.clock.now().getTime();
    const asked = new Map<string, RedeemTicket[]>();
    for (const [couponId, tickets] of byCoupon(batch)) {
      const coupon = this.memory.get(batch[0]?.entry.tenantId ?? '', couponId);
      // Dropped from memory meanwhile: looked up like a refusal, which also brings it back.
      const hasHope = coupon === undefined ? () => false : hopeIn(coupon, now);
      const hopeful = tickets.filter(hasHope);
      if (hopeful.length < tickets.length)
        for (const ticket of tickets) if (!hasHope(ticket)) suspects.add(ticket);
      if (coupon !== undefined && hopeful.length > 0 && this.gate.engages(coupon))
        asked.set(couponId, hopeful);
    }
    return asked;
  }

  private async askGate(
    asked: ReadonlyMap<string, readonly RedeemTicket[]>,
    suspects: Set<RedeemTicket>,
  ): Promise<void> {
    const [first] = asked.values();
    const verdicts = await this.gate.admit(
      first?.[0]?.entry.tenantId ?? '',
      [...asked].map(([couponId, tickets]) => ({
        couponId,
        userIds: tickets.map(({ entry }) => entry.userId),
      })),
    );
    for (const [couponId, tickets] of asked) {
      verdicts.get(couponId)?.forEach((verdict, place) => {
        const ticket = tickets[place];
        if (ticket !== undefined && verdict === 'refused') suspects.add(ticket);
      });
    }
  }

  private async confirm(suspects: readonly RedeemTicket[]): Promise<void> {
    if (suspects.length === 0) return;
    try {
      const answers = await this.confirmRefusals.run(suspects.map(({ entry }) => entry));
      suspects.forEach((ticket, place) => {
        const answer = answers[place];
        if (answer === undefined) return;
        if (answer.kind === 'refused')
          this.gate.noteDecided(ticket.entry, 1, byNumbers.includes(answer.refusal.code) ? 1 : 0);
        ticket.succeed(answer);
      });
    } catch (error) {
      for (const ticket of suspects) ticket.fail(error);
    }
  }

  private answer(ticket: RedeemTicket, result: EntryResult | undefined, now: number): void {
    if (result === undefined) return;
    if ('error' in result) return ticket.fail(result.error);
    if ('refused' in result) return ticket.succeed(this.refusal(ticket.entry, result.refused, stranger, now));
    const { outcome } = result;
    switch (outcome.kind) {
      case 'accepted':
      case 'known':
        return ticket.succeed({
          kind: 'accepted',
          view: outcome.answer,
          isReplay: outcome.kind === 'known',
        });
      case 'key_reused':
        return ticket.succeed({ kind: 'key_reused' });
      case 'stale':
        return ticket.succeed({ kind: 'busy', reason: 'terms_changing' });
      case 'refused':
        return ticket.succeed(this.refusal(ticket.entry, outcome.code, outcome.person, now));
    }
  }

  private refusal(entry: RedeemEntry, code: RefusalCode, person: Person, now: number): RedeemAnswer {
    const { tenantId, couponId, means } = entry;
    const coupon = this.memory.get(tenantId, couponId);
    return { kind: 'refused', refusal: refusalWith(code, coupon && { coupon, means, person }, now) };
  }

  /** Where many are refused for numbers, Redis is asked from the next batch on. */
  private noteRefusals(entries: readonly RedeemEntry[], { results }: BatchResult): void {
    const counts = new Map<string, { decided: number; refused: number }>();
    entries.forEach(({ couponId }, place) => {
      const result = results[place];
      if (result === undefined || !('outcome' in result)) return;
      const { outcome } = result;
      let count = counts.get(couponId);
      if (count === undefined) counts.set(couponId, (count = { decided: 0, refused: 0 }));
      count.decided += 1;
      if (outcome.kind === 'refused' && byNumbers.includes(outcome.code)) count.refused += 1;
    });
    const tenantId = entries[0]?.tenantId ?? '';
    for (const [couponId, { decided, refused }] of counts)
      this.gate.noteDecided({ tenantId, couponId }, decided, refused);
  }

  private async tellRedis(entries: readonly RedeemEntry[], { results, coupons }: BatchResult): Promise<void> {
    await failpoint('redemption.before-settle');
    const committed: Committed[] = [];
    for (const { couponId, stock, version } of coupons.values()) {
      const coupon = this.memory.get(entries[0]?.tenantId ?? '', couponId);
      // Of other terms than those in memory: the next batch, on the new terms, writes it.
      if (coupon === undefined || coupon.version !== version || !this.gate.engages(coupon)) continue;
      const users = entries.flatMap((entry, place) => {
        const result = results[place];
        if (entry.couponId !== couponId || result === undefined || !('outcome' in result)) return [];
        return [{ userId: entry.userId, uses: result.uses, lastAt: result.lastAt }];
      });
      const { tenantId, perUserCap, timeLimitMs } = coupon;
      committed.push({ tenantId, couponId, stock, perUserCap, timeLimitMs, users });
    }
    if (committed.length > 0) await this.gate.settle(committed);
  }

  private inBackground(work: Promise<void>): void {
    const tracked = work.catch(() => undefined).finally(() => this.settling.delete(tracked));
    this.settling.add(tracked);
  }
}

/** In order of arrival within each. */
function byCoupon(batch: readonly RedeemTicket[]): Map<string, RedeemTicket[]> {
  const groups = new Map<string, RedeemTicket[]>();
  for (const ticket of batch) {
    const group = groups.get(ticket.entry.couponId);
    if (group === undefined) groups.set(ticket.entry.couponId, [ticket]);
    else group.push(ticket);
  }
  return groups;
}

/** Whether the coupon alone lets one pass; the rules are asked once for all who come by the same means. */
function hopeIn(coupon: Coupon, now: number): (ticket: RedeemTicket) => boolean {
  const known = new Map<Means, boolean>();
  return ({ entry: { means } }) => {
    let isHopeful = known.get(means);
    if (isHopeful === undefined) known.set(means, (isHopeful = !looksRefused({ coupon, means }, now)));
    return isHopeful;
  };
}
