import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import { type EventContext, revisionOf } from '#platform';
import { TakeFollow } from '../use-cases/take-follow.js';

@Controller()
export class PlatformFollowConsumer {
  constructor(private readonly takeFollow: TakeFollow) {}

  @EventPattern<TopicName>('platform.follow.v1')
  onFollow(@Payload() event: EventOf<'platform.follow.v1'>, @Ctx() context: EventContext): Promise<void> {
    return this.takeFollow.run(context, event.data, revisionOf(event.envelope));
  }
}
