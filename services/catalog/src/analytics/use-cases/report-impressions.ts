import type { ImpressionsBody, ImpressionsTaken } from '#contracts';
import { type CommandOutcome, type CommandRequest, IdempotentCommands, Outbox } from '#platform';
import { Injectable } from '@nestjs/common';
import { DatabaseClock } from '../../store/database-clock.js';
import { correctedImpressions } from '../domain/impressions.js';
import { AnalysedCouponStore } from '../store/analysed-coupon.store.js';

@Injectable()
export class ReportImpressions {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly clock: DatabaseClock,
    private readonly coupons: AnalysedCouponStore,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Tells which coupons the caller saw. Coupons that are not there, not published or another tenant's are passed over,
   * and the answer is the same: it says nothing about what exists.
   */
  run(command: CommandRequest, body: ImpressionsBody): Promise<CommandOutcome<ImpressionsTaken>> {
    const { tenantId, subject: userId } = command.principal;
    const received = body.impressions.length;
    return this.commands.run(command, async (tx) => {
      const now = await this.clock.now(tx);
      const fresh = correctedImpressions(body, now);
      const channels = await this.coupons.channelsOf(tx, tenantId, [
        ...new Set(fresh.map(({ couponId }) => couponId)),
      ]);
      const impressions = fresh.flatMap((impression) => {
        const channelId = channels.get(impression.couponId);
        return channelId === undefined ? [] : [{ ...impression, channelId }];
      });
      const at = now.toISOString();
      if (impressions.length > 0)
        await this.outbox.add(tx, {
          topic: 'catalog.impression.v1',
          name: 'coupons-seen',
          tenantId,
          key: userId,
          subject: `user/${userId}`,
          time: at,
          data: { userId, receivedAt: at, impressions },
        });
      return { status: 202, body: { received } };
    });
  }
}
