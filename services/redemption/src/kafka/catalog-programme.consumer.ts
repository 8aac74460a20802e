import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import { type EventContext, revisionOf } from '#platform';
import { TakeDirectory } from '../use-cases/take-directory.js';

@Controller()
export class CatalogProgrammeConsumer {
  constructor(private readonly takeDirectory: TakeDirectory) {}

  @EventPattern<TopicName>('catalog.programme.v1')
  onProgramme(
    @Payload() event: EventOf<'catalog.programme.v1'>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    return this.takeDirectory.run(
      context,
      { kind: 'programme', state: event.data },
      revisionOf(event.envelope),
    );
  }
}
