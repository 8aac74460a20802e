import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import { type EventContext, Metrics } from '#platform';
import { AnnounceRedemption } from '../use-cases/announce-redemption.js';

@Controller()
export class RedemptionRedemptionConsumer {
  constructor(
    private readonly announceRedemption: AnnounceRedemption,
    private readonly metrics: Metrics,
  ) {}

  @EventPattern<TopicName>('redemption.redemption.v1')
  async onRedemption(
    @Payload() event: EventOf<'redemption.redemption.v1'>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    if (event.name === 'redeemed') return this.announceRedemption.run(context, event.envelope, event.data);
    // No message says that a redemption was taken back; the user is at the counter when it happens.
    this.metrics.counter('notification_voids_ignored_total', 'Voided redemptions, told to nobody').inc();
  }
}
