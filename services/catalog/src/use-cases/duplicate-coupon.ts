import type { CouponView } from '#contracts';
import { type CommandOutcome, type CommandRequest, IdempotentCommands, ProblemError } from '#platform';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { duplicateOf } from '../domain/duplicate.js';
import { CouponViewStore } from '../store/coupon-view.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { couponAnswer } from './coupon-answer.js';
import { LockOwnedCoupon } from './lock-owned-coupon.js';
import { SaveCouponChange } from './save-coupon-change.js';

@Injectable()
export class DuplicateCoupon {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly clock: DatabaseClock,
    private readonly lockOwned: LockOwnedCoupon,
    private readonly save: SaveCouponChange,
    private readonly views: CouponViewStore,
  ) {}

  /** Answers the new draft; the coupon that it was made from stays as it is, in whatever state. */
  run(command: CommandRequest, couponId: string): Promise<CommandOutcome<CouponView>> {
    const { tenantId, subject } = command.principal;
    return this.commands.run(command, async (tx) => {
      const original = await this.lockOwned.run(tx, command.principal, couponId);
      const shown = await this.views.find(tx, tenantId, couponId);
      if (shown === null) throw new ProblemError('coupon_not_found');
      const now = await this.clock.now(tx);
      const draft = duplicateOf(original, uuidv7(), shown.maxRedemptions, now);
      const by = { kind: 'person', id: subject } as const;
      await this.save.run(tx, tenantId, { before: null, after: draft, action: 'duplicate', by, at: now });
      return couponAnswer(201, await this.views.find(tx, tenantId, draft.couponId));
    });
  }
}
