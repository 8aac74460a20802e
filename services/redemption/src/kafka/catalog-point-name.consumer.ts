import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import { type EventContext, revisionOf } from '#platform';
import { TakeDirectory } from '../use-cases/take-directory.js';

@Controller()
export class CatalogPointNameConsumer {
  constructor(private readonly takeDirectory: TakeDirectory) {}

  @EventPattern<TopicName>('catalog.point-name.v1')
  onPointName(
    @Payload() event: EventOf<'catalog.point-name.v1'>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    return this.takeDirectory.run(
      context,
      { kind: 'point-name', state: event.data },
      revisionOf(event.envelope),
    );
  }
}
