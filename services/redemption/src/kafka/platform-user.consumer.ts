import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import { type EventContext, revisionOf } from '#platform';
import { TakeUser } from '../use-cases/take-user.js';

@Controller()
export class PlatformUserConsumer {
  constructor(private readonly takeUser: TakeUser) {}

  @EventPattern<TopicName>('platform.user.v1')
  onUser(@Payload() event: EventOf<'platform.user.v1'>, @Ctx() context: EventContext): Promise<void> {
    return this.takeUser.run(context, event.data, revisionOf(event.envelope));
  }
}
