import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import { type EventContext, revisionOf } from '#platform';
import { LearnChannel } from '../use-cases/learn-channel.js';

@Controller()
export class PlatformChannelConsumer {
  constructor(private readonly learnChannel: LearnChannel) {}

  @EventPattern<TopicName>('platform.channel.v1')
  onChannel(@Payload() event: EventOf<'platform.channel.v1'>, @Ctx() context: EventContext): Promise<void> {
    return this.learnChannel.run(context, event.data, revisionOf(event.envelope));
  }
}
