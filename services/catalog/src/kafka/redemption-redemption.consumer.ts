import type { EventOf, TopicName } from '#contracts';
import { type EventContext, inBatches } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { CountFacts } from '../analytics/use-cases/count-facts.js';
import { KeepStock } from '../use-cases/keep-stock.js';

/**
 * One transaction for so many: a hot coupon's rows are written once for all of them. Not more, so that the database works
 * on one partition's facts while the next one's are read.
 */
const AT_ONCE = 400;

@Controller()
export class RedemptionRedemptionConsumer {
  constructor(
    private readonly keepStock: KeepStock,
    private readonly countFacts: CountFacts,
  ) {}

  @EventPattern<TopicName>('redemption.redemption.v1', inBatches(AT_ONCE))
  async onRedemptions(
    @Payload() events: readonly EventOf<'redemption.redemption.v1'>[],
    @Ctx() { tx, tenantId }: EventContext,
  ): Promise<void> {
    await this.keepStock.run(tx, tenantId, events);
    await this.countFacts.run(tx, tenantId, events);
  }
}
