import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { KeepStock } from '../use-cases/keep-stock.js';

@Controller()
export class RedemptionRedemptionConsumer {
  constructor(private readonly keepStock: KeepStock) {}

  @EventPattern<TopicName>('redemption.redemption.v1')
  async onRedemption(
    @Payload() event: EventOf<'redemption.redemption.v1'>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.keepStock.run(tx, event);
  }
}
