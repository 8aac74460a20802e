import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { KeepPartner } from '../use-cases/keep-partner.js';

@Controller()
export class PlatformPartnerConsumer {
  constructor(private readonly keepPartner: KeepPartner) {}

  @EventPattern<TopicName>('platform.partner.v1')
  async onPartner(
    @Payload() event: EventOf<'platform.partner.v1'>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.keepPartner.run(tx, event);
  }
}
