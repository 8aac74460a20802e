import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Log, Metrics, RedisConnection, RedisScript } from '#platform';
import { RedemptionConfig } from '../config.js';
import type { Coupon, Stock } from '../domain/coupon.js';
import { Breaker } from './breaker.js';
import { couponKeys } from './gate-keys.js';

/** What Redis says of one entry; nothing it says is final. */
export type GateVerdict = 'admitted' | 'contended' | 'refused';

export interface CouponName {
  readonly tenantId: string;
  readonly couponId: string;
}

export interface GateQuestion {
  readonly couponId: string;
  /** In order of arrival. */
  readonly userIds: readonly string[];
}

/** Places reserved for a batch in flight; given back when the batch is settled, or by time. */
export type Hold = string;

export interface GateAnswer {
  /** Per coupon, one verdict per user; a coupon of which Redis knows nothing is missing. */
  readonly verdicts: ReadonlyMap<string, readonly GateVerdict[]>;
  readonly holds: ReadonlyMap<string, Hold>;
}

/** What a batch left behind of one coupon. */
export interface Committed extends CouponName {
  readonly stock: Stock;
  readonly perUserCap: number | null;
  /** Users of the batch and their uses after it. */
  readonly users: readonly { readonly userId: string; readonly uses: number }[];
}

/** Milliseconds after which the places of a batch that never came back are free again. */
const HOLD_LIFE_MS = 10_000;
/** Milliseconds that work in the background waits for Redis: nobody waits for it, and it may come by the hundred. */
const BACKGROUND_LIMIT_MS = 2_000;
/** More are noted again when they are asked for again. */
const MAX_STRAYS = 1_000;
/** Milliseconds after its last use that a coupon stays in Redis: it is written again when it is needed. */
const COUNT_LIFE_MS = 24 * 3_600_000;

const nothing: GateAnswer = { verdicts: new Map(), holds: new Map() };
const letters: Record<string, GateVerdict> = { a: 'admitted', c: 'contended', s: 'refused', u: 'refused' };

/**
 * Redis' part: keeps hopeless entries away from the row. Wrong or absent, it costs work and never a unit: refusals are
 * confirmed in PostgreSQL and acceptances decided there.
 */
@Injectable()
export class RedemptionGate {
  readonly breaker = new Breaker();
  /** Set by whoever probes; undefined = nothing may be asked. */
  epoch: string | undefined;

  private readonly admitScript = RedisScript.load(import.meta.url, 'scripts/admit-batch-3.lua');
  private readonly settleScript = RedisScript.load(import.meta.url, 'scripts/settle-batch-3.lua');
  private readonly rebuildScript = RedisScript.load(import.meta.url, 'scripts/rebuild-coupon-3.lua');
  private readonly skipped;
  /** Coupons found under another epoch: written by a process that had not heard of a rebuild, or missed by it. */
  private strays = new Map<string, CouponName>();

  constructor(
    private readonly redis: RedisConnection,
    private readonly config: RedemptionConfig,
    private readonly log: Log,
    metrics: Metrics,
  ) {
    this.skipped = metrics.counter(
      'redemption_gate_skipped_total',
      'Coupons of batches that Redis said nothing of, by reason',
      ['reason'],
    );
    metrics.gauge(
      'redemption_gate_open',
      '1 while batches pass by Redis because it does not answer',
      [],
      (gauge) => gauge.set(this.isAway ? 1 : 0),
    );
  }

  get isAway(): boolean {
    return this.breaker.isOpen || this.epoch === undefined;
  }

  /** Worth asking: only a coupon with a limit can be refused by numbers. */
  engages(coupon: Coupon): boolean {
    return coupon.stock.max !== null || coupon.perUserCap !== null;
  }

  /**
   * One script call per coupon, all sent at once; waits 50 ms at most (the setting's default). Never throws: without an answer the batch goes on
   * ungated.
   */
  async admit(tenantId: string, questions: readonly GateQuestion[]): Promise<GateAnswer> {
    if (questions.length === 0) return nothing;
    if (this.isAway) return this.skip('away', questions.length);
    const batchId = randomUUID();
    const args = [this.epoch ?? '', String(HOLD_LIFE_MS), batchId];
    try {
      const replies = await Promise.all(
        questions.map(({ couponId, userIds }) =>
          this.run(this.admitScript, tenantId, couponId, [...args, ...userIds]),
        ),
      );
      return this.read(tenantId, questions, replies, batchId);
    } catch (error) {
      this.lost(error);
      return this.skip('failed', questions.length);
    }
  }

  /**
   * Writes committed numbers absolutely and gives the hold back. Never throws: what is missed is written with the next
   * batch, and harmless until then.
   */
  async settle(committed: readonly Committed[], holds: ReadonlyMap<string, Hold>): Promise<void> {
    if (this.isAway) return;
    try {
      const replies = await Promise.all(
        committed.map((one) => this.settleOne(one, holds.get(one.couponId) ?? '')),
      );
      committed.forEach((one, index) => replies[index] === 'foreign' && this.noteStray(one));
    } catch (error) {
      this.lost(error);
    }
  }

  /** Coupons noted since the last call, to be written under the epoch in force. */
  takeStrays(): CouponName[] {
    const taken = [...this.strays.values()];
    this.strays = new Map();
    return taken;
  }

  /** Puts a coupon under a new epoch; throws what Redis throws. */
  async rebuild(coupon: Coupon, epoch: string): Promise<void> {
    const args = [epoch, String(COUNT_LIFE_MS), ...numbersOf(coupon.stock, coupon.perUserCap)];
    await this.run(this.rebuildScript, coupon.tenantId, coupon.couponId, args, BACKGROUND_LIMIT_MS);
  }

  /** Writes the coupon's numbers where older ones stand; throws what Redis throws. */
  async catchUp(coupon: Coupon): Promise<void> {
    if (this.epoch !== undefined) await this.rebuild(coupon, this.epoch);
  }

  /** Drops what stands there of the coupon and writes it anew; throws what Redis throws. */
  async correct(coupon: Coupon): Promise<void> {
    if (this.epoch === undefined) return;
    await this.redis.client.unlink(this.keysOf(coupon.tenantId, coupon.couponId));
    await this.rebuild(coupon, this.epoch);
  }

  /** The total as it stands in Redis; undefined = none. Throws what Redis throws. */
  async total(tenantId: string, couponId: string): Promise<Stock | undefined> {
    const [totalKey = ''] = this.keysOf(tenantId, couponId);
    const total = await this.redis.client.hGetAll(totalKey);
    if (total['rev'] === undefined) return undefined;
    return {
      redeemed: Number(total['redeemed']),
      max: total['max'] === '' ? null : Number(total['max']),
      finished: total['finished'] === '1',
      revision: Number(total['rev']),
    };
  }

  private run(
    script: RedisScript,
    tenantId: string,
    couponId: string,
    args: string[],
    timeoutMs = this.config.REDEMPTION_REDIS_TIMEOUT_MS,
  ): Promise<unknown> {
    return script.run(this.redis.client, this.keysOf(tenantId, couponId), args, timeoutMs);
  }

  private settleOne(
    { tenantId, couponId, stock, perUserCap, users }: Committed,
    hold: Hold,
  ): Promise<unknown> {
    const counted = perUserCap === null ? [] : users.flatMap(({ userId, uses }) => [userId, String(uses)]);
    const args = [this.epoch ?? '', hold, String(COUNT_LIFE_MS), ...numbersOf(stock, perUserCap), ...counted];
    return this.run(this.settleScript, tenantId, couponId, args);
  }

  private read(
    tenantId: string,
    questions: readonly GateQuestion[],
    replies: readonly unknown[],
    batchId: string,
  ): GateAnswer {
    const verdicts = new Map<string, GateVerdict[]>();
    const holds = new Map<string, Hold>();
    questions.forEach(({ couponId }, index) => {
      const reply = String(replies[index]);
      if (reply === 'missing') this.skipped.inc({ reason: 'missing' });
      else if (reply === 'foreign') {
        this.skipped.inc({ reason: 'foreign' });
        this.noteStray({ tenantId, couponId });
      } else {
        const ofCoupon = [...reply].map((letter) => letters[letter] ?? 'admitted');
        verdicts.set(couponId, ofCoupon);
        const places = ofCoupon.filter((verdict) => verdict !== 'refused').length;
        if (places > 0) holds.set(couponId, `${batchId}:${places}`);
      }
    });
    return { verdicts, holds };
  }

  /** Only this coupon goes ungated, until the watch has written it anew; the others are none the worse. */
  private noteStray({ tenantId, couponId }: CouponName): void {
    if (this.strays.size < MAX_STRAYS) this.strays.set(`${tenantId}/${couponId}`, { tenantId, couponId });
  }

  private skip(reason: string, coupons: number): GateAnswer {
    this.skipped.inc({ reason }, coupons);
    return nothing;
  }

  private lost(error: unknown): void {
    if (!this.breaker.isOpen) this.log.warn({ err: error }, 'Redis is passed by until it answers a probe');
    this.breaker.failed();
  }

  private keysOf(tenantId: string, couponId: string): string[] {
    return couponKeys((name) => this.redis.key(name), tenantId, couponId);
  }
}

function numbersOf({ revision, redeemed, max, finished }: Stock, perUserCap: number | null): string[] {
  return [
    String(revision),
    String(redeemed),
    max === null ? '' : String(max),
    finished ? '1' : '0',
    perUserCap === null ? '' : String(perUserCap),
  ];
}
