import type { CouponView } from '#contracts';
import { CommandOutcome, type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { type CouponEdit, edit } from '../domain/edit.js';
import { CouponViewStore } from '../store/coupon-view.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { couponAnswer } from './coupon-answer.js';
import { LockOwnedCoupon } from './lock-owned-coupon.js';
import { valueOf } from './refusal-to-problem.js';
import { SaveCouponChange } from './save-coupon-change.js';

@Injectable()
export class EditCoupon {
  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: DatabaseClock,
    private readonly lockOwned: LockOwnedCoupon,
    private readonly save: SaveCouponChange,
    private readonly views: CouponViewStore,
  ) {}

  /** Answers the coupon after the edit. One that changes nothing leaves no trace, so it can be sent again. */
  run(principal: Principal, couponId: string, wanted: CouponEdit): Promise<CommandOutcome<CouponView>> {
    const { tenantId, subject } = principal;
    return this.database.transaction(tenantId, async (tx) => {
      const before = await this.lockOwned.run(tx, principal, couponId);
      const now = await this.clock.now(tx);
      const after = valueOf(edit(before, wanted, now));
      const by = { kind: 'person', id: subject } as const;
      if (after !== before) await this.save.run(tx, tenantId, { before, after, action: 'edit', by, at: now });
      return new CommandOutcome(couponAnswer(200, await this.views.find(tx, tenantId, couponId)));
    });
  }
}
