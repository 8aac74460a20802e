import type { EventOf, TopicName } from '#contracts';
import { type EventContext, inBatches } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { CountFacts } from '../analytics/use-cases/count-facts.js';
import { KeepStock } from '../use-cases/keep-stock.js';

/** One transaction for so many: a hot coupon's rows are written once for all of them. */
const AT_ONCE = 1000;

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
    // The rows that every partition writes come last: whoever holds them is waited for until it commits.
    await this.countFacts.run(tx, tenantId, events);
    await this.keepStock.run(tx, tenantId, events);
  }
}
