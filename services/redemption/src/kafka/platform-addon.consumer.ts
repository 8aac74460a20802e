import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { TakeAddonPurchase } from '../use-cases/take-addon-purchase.js';

@Controller()
export class PlatformAddonConsumer {
  constructor(private readonly takeAddonPurchase: TakeAddonPurchase) {}

  @EventPattern<TopicName>('platform.addon.v1')
  onPurchase(@Payload() event: EventOf<'platform.addon.v1'>, @Ctx() context: EventContext): Promise<void> {
    return this.takeAddonPurchase.run(context, event.data);
  }
}
