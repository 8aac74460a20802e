import type { CouponView } from '#contracts';
import {
  type CommandAnswer,
  type CommandOutcome,
  type CommandRequest,
  IdempotentCommands,
  ProblemError,
} from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Coupon } from '../domain/coupon.js';
import { decide } from '../domain/decide.js';
import type { OwnerAction } from '../domain/life-cycle.js';
import { ChannelStore } from '../store/channel.store.js';
import { CouponStore } from '../store/coupon.store.js';
import { CouponViewStore } from '../store/coupon-view.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { couponAnswer } from './coupon-answer.js';
import { valueOf } from './refusal-to-problem.js';
import { SaveCouponChange } from './save-coupon-change.js';

export interface CouponAction {
  readonly couponId: string;
  readonly action: OwnerAction;
  /** From If-Match; null = whatever the version is. */
  readonly expectedVersion: number | null;
}

@Injectable()
export class ActOnCoupon {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly clock: DatabaseClock,
    private readonly coupons: CouponStore,
    private readonly channels: ChannelStore,
    private readonly save: SaveCouponChange,
    private readonly views: CouponViewStore,
  ) {}

  /** Answers the coupon after the action; 204 without a body after a deletion. */
  run(command: CommandRequest, wanted: CouponAction): Promise<CommandOutcome<CouponView | null>> {
    return this.commands.run(command, (tx) => this.act(tx, command, wanted));
  }

  private async act(
    tx: EntityManager,
    { principal }: CommandRequest,
    { couponId, action, expectedVersion }: CouponAction,
  ): Promise<CommandAnswer<CouponView | null>> {
    const { tenantId, subject, channels } = principal;
    const before = await this.lockOwned(tx, tenantId, couponId, channels);
    const channel = await this.channels.find(tx, tenantId, before.channelId);
    if (channel === null) throw new ProblemError('channel_not_found');
    const now = await this.clock.now(tx);
    const wanted = { action, expectedVersion, channelTimeZone: channel.timeZone };
    const outcome = valueOf(decide(before, wanted, now));
    const after = outcome === 'removed' ? null : outcome;
    const by = { kind: 'person', id: subject } as const;
    await this.save.run(tx, tenantId, { before, after, action, by, at: now });
    if (after === null) return { status: 204, body: null };
    return couponAnswer(200, await this.views.find(tx, tenantId, couponId));
  }

  /** Somebody else's coupon is answered like none: its existence is nobody's business. */
  private async lockOwned(
    tx: EntityManager,
    tenantId: string,
    couponId: string,
    channels: readonly string[],
  ): Promise<Coupon> {
    const coupon = await this.coupons.lock(tx, tenantId, couponId);
    if (coupon === null || !channels.includes(coupon.channelId)) throw new ProblemError('coupon_not_found');
    return coupon;
  }
}
