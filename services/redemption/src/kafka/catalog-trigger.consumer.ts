import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import { type EventContext, revisionOf } from '#platform';
import { TakeDirectory } from '../use-cases/take-directory.js';

@Controller()
export class CatalogTriggerConsumer {
  constructor(private readonly takeDirectory: TakeDirectory) {}

  @EventPattern<TopicName>('catalog.trigger.v1')
  onTrigger(@Payload() event: EventOf<'catalog.trigger.v1'>, @Ctx() context: EventContext): Promise<void> {
    return this.takeDirectory.run(
      context,
      { kind: 'trigger', state: event.data },
      revisionOf(event.envelope),
    );
  }
}
