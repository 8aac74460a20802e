import type { PreviewTimeframeBody, TimeframePreview } from '#contracts';
import { type Principal, ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { previewOf } from '../domain/timeframe-preview.js';
import { CouponViewStore } from '../store/coupon-view.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { valueOf } from './refusal-to-problem.js';

@Injectable()
export class PreviewTimeframe {
  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: DatabaseClock,
    private readonly views: CouponViewStore,
  ) {}

  /** @throws ProblemError coupon_not_found; invalid_request, as saving the fields would be refused */
  run(
    { tenantId, channels }: Principal,
    couponId: string,
    fields: PreviewTimeframeBody,
  ): Promise<TimeframePreview> {
    return this.database.read(tenantId, async (tx) => {
      const view = await this.views.find(tx, tenantId, couponId);
      if (view === null || !channels.includes(view.channelId)) throw new ProblemError('coupon_not_found');
      const saved = { ...view, startAt: dateOf(view.startAt), endAt: dateOf(view.endAt) };
      const { timeZone } = view;
      return valueOf(previewOf(saved, fields, { timeZone, now: await this.clock.now(tx) }));
    });
  }
}

function dateOf(instant: string | null): Date | null {
  return instant === null ? null : new Date(instant);
}
