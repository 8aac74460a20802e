import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { AnnounceRedemption } from '../use-cases/announce-redemption.js';
import { AnnounceVoid } from '../use-cases/announce-void.js';

@Controller()
export class RedemptionRedemptionConsumer {
  constructor(
    private readonly announceRedemption: AnnounceRedemption,
    private readonly announceVoid: AnnounceVoid,
  ) {}

  @EventPattern<TopicName>('redemption.redemption.v1')
  onRedemption(
    @Payload() event: EventOf<'redemption.redemption.v1'>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    if (event.name === 'redeemed') return this.announceRedemption.run(context, event.envelope, event.data);
    return this.announceVoid.run(context, event.data);
  }
}
