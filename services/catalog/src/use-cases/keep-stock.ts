import type { EventOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { uniqueUsersChange } from '../domain/unique-users.js';
import { CouponUsageStore, type ToldUsage } from '../store/coupon-usage.store.js';

@Injectable()
export class KeepStock {
  constructor(private readonly usage: CouponUsageStore) {}

  /**
   * Keeps how much of each coupon is used up, which every redemption and every void says absolutely, and how many
   * different people redeemed it, which adds up: the inbox lets each fact in once.
   */
  async run(
    tx: EntityManager,
    tenantId: string,
    events: readonly EventOf<'redemption.redemption.v1'>[],
  ): Promise<void> {
    const told = new Map<string, ToldUsage>();
    for (const event of events) {
      const { couponId, stock } = event.data;
      const known = told.get(couponId);
      told.set(couponId, {
        stock: known !== undefined && known.stock.revision >= stock.revision ? known.stock : stock,
        uniqueUsersChange: (known?.uniqueUsersChange ?? 0) + uniqueUsersChange(event),
      });
    }
    await this.usage.keep(tx, tenantId, told);
  }
}
