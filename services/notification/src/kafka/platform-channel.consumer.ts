import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import { type EventContext, revisionOf } from '#platform';
import { LearnChannelName } from '../use-cases/learn-channel-name.js';

@Controller()
export class PlatformChannelConsumer {
  constructor(private readonly learnChannelName: LearnChannelName) {}

  @EventPattern<TopicName>('platform.channel.v1')
  onChannel(@Payload() event: EventOf<'platform.channel.v1'>, @Ctx() context: EventContext): Promise<void> {
    return this.learnChannelName.run(context, event.data, revisionOf(event.envelope));
  }
}
