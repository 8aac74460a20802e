import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import { type EventContext, inBatches } from '#platform';
import { TakeGrants } from '../use-cases/take-grants.js';

/** A fan-out brings a row per user; in statements of so many they cost a fraction of one each. */
const AT_ONCE = 500;

@Controller()
export class TargetingGrantConsumer {
  constructor(private readonly takeGrants: TakeGrants) {}

  @EventPattern<TopicName>('targeting.grant.v1', inBatches(AT_ONCE))
  onGrants(
    @Payload() events: readonly EventOf<'targeting.grant.v1'>[],
    @Ctx() context: EventContext,
  ): Promise<void> {
    return this.takeGrants.run(context, events);
  }
}
