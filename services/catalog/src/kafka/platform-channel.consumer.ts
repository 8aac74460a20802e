import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { KeepChannel } from '../use-cases/keep-channel.js';

@Controller()
export class PlatformChannelConsumer {
  constructor(private readonly keepChannel: KeepChannel) {}

  @EventPattern<TopicName>('platform.channel.v1')
  async onChannel(
    @Payload() event: EventOf<'platform.channel.v1'>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.keepChannel.run(tx, event);
  }
}
