import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import { type EventContext, revisionOf } from '#platform';
import { TakeDirectory } from '../use-cases/take-directory.js';

@Controller()
export class CatalogTenantConsumer {
  constructor(private readonly takeDirectory: TakeDirectory) {}

  @EventPattern<TopicName>('catalog.tenant.v1')
  onTenant(@Payload() event: EventOf<'catalog.tenant.v1'>, @Ctx() context: EventContext): Promise<void> {
    return this.takeDirectory.run(context, { kind: 'tenant', state: event.data }, revisionOf(event.envelope));
  }
}
