import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import { type EventContext, revisionOf } from '#platform';
import { TakeDirectory } from '../use-cases/take-directory.js';

@Controller()
export class PlatformPartnerConsumer {
  constructor(private readonly takeDirectory: TakeDirectory) {}

  @EventPattern<TopicName>('platform.partner.v1')
  async onPartner(
    @Payload() event: EventOf<'platform.partner.v1'>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    const revision = revisionOf(event.envelope);
    if (event.name === 'store-changed')
      await this.takeDirectory.run(context, { kind: 'store', state: event.data }, revision);
    if (event.name === 'cashier-changed')
      await this.takeDirectory.run(context, { kind: 'cashier', state: event.data }, revision);
    // partner-changed is catalog's to read: whether an account is suspended comes from its catalog.partner.v1.
  }
}
