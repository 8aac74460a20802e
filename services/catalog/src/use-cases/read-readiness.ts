import type { CouponReadiness } from '#contracts';
import { type Principal, ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { actionToGoOut, missing } from '../domain/going-out.js';
import type { SeenImage } from '../domain/surroundings.js';
import { LookAtImage } from '../images/look-at-image.js';
import { DatabaseClock } from '../store/database-clock.js';
import { GatherSurroundings } from './gather-surroundings.js';
import { LockOwnedCoupon } from './lock-owned-coupon.js';

@Injectable()
export class ReadReadiness {
  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: DatabaseClock,
    private readonly lockOwned: LockOwnedCoupon,
    private readonly lookAtImage: LookAtImage,
    private readonly surroundings: GatherSurroundings,
  ) {}

  /**
   * What publication would say of the draft now; changes nothing.
   * @throws ProblemError wrong_state: the coupon is no draft
   */
  async run(principal: Principal, couponId: string): Promise<CouponReadiness> {
    const { tenantId } = principal;
    return this.lookAtImage.whenNeeded(tenantId, (image) => this.read(principal, couponId, image));
  }

  private read(principal: Principal, couponId: string, image: SeenImage | null): Promise<CouponReadiness> {
    const { tenantId } = principal;
    return this.database.transaction(tenantId, async (tx) => {
      const draft = await this.lockOwned.run(tx, principal, couponId);
      if (draft.status !== 'draft')
        throw new ProblemError('wrong_state', {
          detail: `Only drafts lack anything: it is ${draft.status}.`,
        });
      const around = await this.surroundings.run(tx, tenantId, draft, image);
      const lacks = missing(draft, around, await this.clock.now(tx));
      const { version } = draft;
      return { couponId, version, ready: lacks.length === 0, action: actionToGoOut(draft), missing: lacks };
    });
  }
}
