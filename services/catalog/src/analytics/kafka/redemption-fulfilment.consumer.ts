import type { EventOf, TopicName } from '#contracts';
import { type EventContext, inBatches } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { CountFacts } from '../use-cases/count-facts.js';

@Controller()
export class RedemptionFulfilmentConsumer {
  constructor(private readonly countFacts: CountFacts) {}

  @EventPattern<TopicName>('redemption.fulfilment.v1', inBatches(1_000))
  onFulfilments(
    @Payload() events: readonly EventOf<'redemption.fulfilment.v1'>[],
    @Ctx() { tx, tenantId }: EventContext,
  ): Promise<void> {
    return this.countFacts.run(tx, tenantId, events);
  }
}
