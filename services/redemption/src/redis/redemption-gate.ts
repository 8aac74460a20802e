import { Injectable } from '@nestjs/common';
import { Log, Metrics, RedisConnection, RedisScript } from '#platform';
import { RedemptionConfig } from '../config.js';
import type { Coupon, Stock } from '../domain/coupon.js';
import { Breaker } from './breaker.js';
import { numbersOf, userColumns } from './gate-columns.js';
import type {
  Committed,
  CouponName,
  GateAnswer,
  GateQuestion,
  GateVerdict,
  UserInRedis,
} from './gate-entries.js';
import { couponKeys } from './gate-keys.js';
import { RefusalRate } from './refusal-rate.js';
import { nameOf, StrayCoupons } from './stray-coupons.js';

/** So many batches of the last units: from there on Redis is asked. */
const LOW_STOCK_BATCHES = 20;
/** Milliseconds that work in the background waits for Redis: nobody waits for it, and it may come by the hundred. */
const BACKGROUND_LIMIT_MS = 2_000;
/** Milliseconds after its last use that a coupon stays in Redis: it is written again when it is needed. */
const COUNT_LIFE_MS = 24 * 3_600_000;

const nothing: GateAnswer = new Map();

/**
 * Redis' part: keeps hopeless entries away from the row. Wrong or absent, it costs work and never a unit: refusals are
 * confirmed in PostgreSQL and acceptances decided there. Winners pay for being asked about, so it is asked only where
 * refusals are likely: what then stands there may be old, and is written anew with the first batch.
 */
@Injectable()
export class RedemptionGate {
  readonly breaker = new Breaker();
  /** Set by whoever probes; undefined = nothing may be asked. */
  epoch: string | undefined;

  private readonly admitScript = RedisScript.load(import.meta.url, 'scripts/admit-batch-2.lua');
  private readonly settleScript = RedisScript.load(import.meta.url, 'scripts/settle-batch-2.lua');
  private readonly rebuildScript = RedisScript.load(import.meta.url, 'scripts/rebuild-coupon-2.lua');
  private readonly refusals = new RefusalRate();
  private readonly skipped;
  private readonly strays = new StrayCoupons();

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

  /** Worth asking: a coupon with a limit, whose stock is low or of which many are refused. */
  engages({ tenantId, couponId, stock, perUserCap, timeLimitMs }: Coupon): boolean {
    if (stock.max === null && perUserCap === null && timeLimitMs === null) return false;
    const left = stock.max === null ? Infinity : stock.max - stock.redeemed;
    if (stock.finished || left <= LOW_STOCK_BATCHES * this.config.REDEMPTION_MAX_BATCH) return true;
    return this.refusals.isHigh(nameOf({ tenantId, couponId }));
  }

  /** @param refused of them, by numbers that Redis would have known */
  noteDecided(coupon: CouponName, decided: number, refused: number): void {
    this.refusals.note(nameOf(coupon), decided, refused);
  }

  /**
   * One script call per coupon, all sent at once; waits 50 ms at most (the setting's default). Never throws: without an
   * answer the batch goes on ungated.
   */
  async admit(tenantId: string, questions: readonly GateQuestion[]): Promise<GateAnswer> {
    if (questions.length === 0) return nothing;
    if (this.isAway) return this.skip('away', questions.length);
    try {
      const replies = await Promise.all(
        questions.map(({ couponId, userIds }) =>
          this.run(this.admitScript, tenantId, couponId, [this.epoch ?? '', ...userIds]),
        ),
      );
      return this.read(tenantId, questions, replies);
    } catch (error) {
      this.lost(error);
      return this.skip('failed', questions.length);
    }
  }

  /**
   * Writes committed numbers absolutely. Never throws: what is missed is written with the next batch, and harmless
   * until then.
   */
  async settle(committed: readonly Committed[]): Promise<void> {
    if (this.isAway) return;
    try {
      const replies = await Promise.all(committed.map((one) => this.settleOne(one)));
      committed.forEach((one, index) => replies[index] === 'foreign' && this.strays.note(one));
    } catch (error) {
      this.lost(error);
    }
  }

  /** Coupons noted since the last call, to be written under the epoch in force. */
  takeStrays(): CouponName[] {
    return this.strays.take();
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

  /** Some users as they stand in Redis, picked at random; throws what Redis throws. */
  async someUsers(tenantId: string, couponId: string, count: number): Promise<UserInRedis[]> {
    const [, usersKey = ''] = this.keysOf(tenantId, couponId);
    const picked = await this.redis.client.hRandFieldCountWithValues(usersKey, count);
    return picked.map(({ field, value }) => {
      const [uses, , revision] = value.split(':');
      return { userId: field, uses: Number(uses), revision: Number(revision) };
    });
  }

  /** They are known again with their next redemption; throws what Redis throws. */
  async forgetUsers(tenantId: string, couponId: string, userIds: readonly string[]): Promise<void> {
    const [, usersKey = ''] = this.keysOf(tenantId, couponId);
    await this.redis.client.hDel(usersKey, [...userIds]);
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

  private settleOne(one: Committed): Promise<unknown> {
    const { tenantId, couponId, stock, perUserCap, timeLimitMs = null, users } = one;
    const isCounted = perUserCap !== null || timeLimitMs !== null;
    const counted = isCounted ? users.flatMap((user) => userColumns(user, timeLimitMs)) : [];
    const args = [this.epoch ?? '', String(COUNT_LIFE_MS), ...numbersOf(stock, perUserCap), ...counted];
    return this.run(this.settleScript, tenantId, couponId, args);
  }

  private read(
    tenantId: string,
    questions: readonly GateQuestion[],
    replies: readonly unknown[],
  ): GateAnswer {
    const verdicts = new Map<string, GateVerdict[]>();
    questions.forEach(({ couponId }, index) => {
      const reply = String(replies[index]);
      if (reply === 'missing') this.skipped.inc({ reason: 'missing' });
      else if (reply === 'foreign') {
        this.skipped.inc({ reason: 'foreign' });
        this.strays.note({ tenantId, couponId });
      } else
        verdicts.set(
          couponId,
          [...reply].map((letter) => (letter === 'a' ? 'admitted' : 'refused')),
        );
    });
    return verdicts;
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
