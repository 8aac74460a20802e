import type { EventOf, TopicName } from '#contracts';
import { type EventContext, inBatches } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { CountFacts } from '../use-cases/count-facts.js';

@Controller()
export class TargetingGrantConsumer {
  constructor(private readonly countFacts: CountFacts) {}

  @EventPattern<TopicName>('targeting.grant.v1', inBatches(1_000))
  onGrants(
    @Payload() events: readonly EventOf<'targeting.grant.v1'>[],
    @Ctx() { tx, tenantId }: EventContext,
  ): Promise<void> {
    return this.countFacts.run(tx, tenantId, events);
  }
}
