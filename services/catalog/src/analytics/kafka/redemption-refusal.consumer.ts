import type { EventOf, TopicName } from '#contracts';
import { type EventContext, inBatches } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { CountFacts } from '../use-cases/count-facts.js';

@Controller()
export class RedemptionRefusalConsumer {
  constructor(private readonly countFacts: CountFacts) {}

  @EventPattern<TopicName>('redemption.refusal.v1', inBatches(1_000))
  onRefusals(
    @Payload() events: readonly EventOf<'redemption.refusal.v1'>[],
    @Ctx() { tx, tenantId }: EventContext,
  ): Promise<void> {
    return this.countFacts.run(tx, tenantId, events);
  }
}
