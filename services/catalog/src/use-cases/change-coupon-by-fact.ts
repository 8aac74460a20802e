import type { Envelope } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Coupon } from '../domain/coupon.js';
import { CouponStore } from '../store/coupon.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { SaveCouponChange } from './save-coupon-change.js';

/** A fact from another service that may change a coupon. */
export interface CausingFact {
  readonly name: string;
  readonly envelope: Pick<Envelope, 'id' | 'tenantId'>;
}

@Injectable()
export class ChangeCouponByFact {
  constructor(
    private readonly coupons: CouponStore,
    private readonly clock: DatabaseClock,
    private readonly save: SaveCouponChange,
  ) {}

  /**
   * @param change decides under the coupon's lock; undefined = the fact changes nothing (late, doubled, or about
   *   a coupon that is not here)
   */
  async run(
    tx: EntityManager,
    fact: CausingFact,
    couponId: string,
    change: (coupon: Coupon, now: Date) => Coupon | undefined,
  ): Promise<void> {
    const { tenantId, id } = fact.envelope;
    const before = await this.coupons.lock(tx, tenantId, couponId);
    if (before === null) return;
    const now = await this.clock.now(tx);
    const after = change(before, now);
    if (after === undefined) return;
    const by = { kind: 'fact', id } as const;
    await this.save.run(tx, tenantId, { before, after, action: fact.name, by, at: now });
  }
}
