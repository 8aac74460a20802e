import type { EventOf, TopicName } from '#contracts';
import { type EventContext, inBatches } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { CountFacts } from '../use-cases/count-facts.js';

@Controller()
export class CatalogImpressionConsumer {
  constructor(private readonly countFacts: CountFacts) {}

  // Each holds up to 100 impressions.
  @EventPattern<TopicName>('catalog.impression.v1', inBatches(100))
  onImpressions(
    @Payload() events: readonly EventOf<'catalog.impression.v1'>[],
    @Ctx() { tx, tenantId }: EventContext,
  ): Promise<void> {
    return this.countFacts.run(tx, tenantId, events);
  }
}
