import type { EventOf, TopicName } from '#contracts';
import { type EventContext, inBatches } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { KeepAudience } from '../use-cases/keep-audience.js';

@Controller()
export class PlatformUserConsumer {
  constructor(private readonly keepAudience: KeepAudience) {}

  @EventPattern<TopicName>('platform.user.v1', inBatches(1_000))
  onUsers(
    @Payload() events: readonly EventOf<'platform.user.v1'>[],
    @Ctx() { tx, tenantId }: EventContext,
  ): Promise<void> {
    return this.keepAudience.users(tx, tenantId, events);
  }
}
