import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import { type EventContext, revisionOf } from '#platform';
import { LearnUserName } from '../use-cases/learn-user-name.js';

@Controller()
export class PlatformUserConsumer {
  constructor(private readonly learnUserName: LearnUserName) {}

  @EventPattern<TopicName>('platform.user.v1')
  onUser(@Payload() event: EventOf<'platform.user.v1'>, @Ctx() context: EventContext): Promise<void> {
    return this.learnUserName.run(context, event.data, revisionOf(event.envelope));
  }
}
