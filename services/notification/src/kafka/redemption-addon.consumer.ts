import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { NotifyOwners } from '../use-cases/notify-owners.js';

@Controller()
export class RedemptionAddonConsumer {
  constructor(private readonly notifyOwners: NotifyOwners) {}

  @EventPattern<TopicName>('redemption.addon.v1')
  onAddon(@Payload() event: EventOf<'redemption.addon.v1'>, @Ctx() context: EventContext): Promise<void> {
    return this.notifyOwners.run(context, event.data);
  }
}
