import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import { type EventContext, revisionOf } from '#platform';
import { TakeDirectory } from '../use-cases/take-directory.js';

@Controller()
export class CatalogChannelConsumer {
  constructor(private readonly takeDirectory: TakeDirectory) {}

  @EventPattern<TopicName>('catalog.channel.v1')
  onChannel(@Payload() event: EventOf<'catalog.channel.v1'>, @Ctx() context: EventContext): Promise<void> {
    return this.takeDirectory.run(
      context,
      { kind: 'channel', state: event.data },
      revisionOf(event.envelope),
    );
  }
}
