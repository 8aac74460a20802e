import type { CouponView, CreateCouponBody } from '#contracts';
import { type CommandOutcome, type CommandRequest, IdempotentCommands, ProblemError } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { newDraft } from '../domain/draft.js';
import { ChannelStore } from '../store/channel.store.js';
import { CouponViewStore } from '../store/coupon-view.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { couponAnswer } from './coupon-answer.js';
import { valueOf } from './refusal-to-problem.js';
import { SaveCouponChange } from './save-coupon-change.js';

@Injectable()
export class CreateCoupon {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly clock: DatabaseClock,
    private readonly channels: ChannelStore,
    private readonly save: SaveCouponChange,
    private readonly views: CouponViewStore,
  ) {}

  run(command: CommandRequest, body: CreateCouponBody): Promise<CommandOutcome<CouponView>> {
    const { tenantId, subject } = command.principal;
    return this.commands.run(command, async (tx) => {
      await this.refuseForeignChannel(tx, command, body.channelId);
      const now = await this.clock.now(tx);
      const draft = valueOf(newDraft(uuidv7(), body, now));
      const by = { kind: 'person', id: subject } as const;
      await this.save.run(tx, tenantId, { before: null, after: draft, action: 'create', by, at: now });
      return couponAnswer(201, await this.views.find(tx, tenantId, draft.couponId));
    });
  }

  private async refuseForeignChannel(
    tx: EntityManager,
    { principal }: CommandRequest,
    channelId: string,
  ): Promise<void> {
    const mine = principal.channels.includes(channelId);
    if (!mine || !(await this.channels.find(tx, principal.tenantId, channelId)))
      throw new ProblemError('channel_not_found', {
        detail: `Channel ${channelId} is not known, or not among the channels of this token.`,
        errors: [{ pointer: '/channelId', message: 'is not a channel that you own' }],
      });
  }
}
