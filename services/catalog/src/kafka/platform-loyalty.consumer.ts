import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { KeepProgramme } from '../use-cases/keep-programme.js';

@Controller()
export class PlatformLoyaltyConsumer {
  constructor(private readonly keepProgramme: KeepProgramme) {}

  @EventPattern<TopicName>('platform.loyalty.v1')
  async onLoyalty(
    @Payload() event: EventOf<'platform.loyalty.v1'>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.keepProgramme.run(tx, event);
  }
}
