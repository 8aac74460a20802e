import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { TakeEarnedPoints } from '../use-cases/take-earned-points.js';

@Controller()
export class PlatformPointsEarnedConsumer {
  constructor(private readonly takeEarnedPoints: TakeEarnedPoints) {}

  @EventPattern<TopicName>('platform.points-earned.v1')
  onEarned(
    @Payload() event: EventOf<'platform.points-earned.v1'>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    return this.takeEarnedPoints.run(context, event.data);
  }
}
