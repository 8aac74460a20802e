import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { KeepCapAnswer } from '../use-cases/keep-cap-answer.js';

@Controller()
export class RedemptionCapConsumer {
  constructor(private readonly keepCapAnswer: KeepCapAnswer) {}

  @EventPattern<TopicName>('redemption.cap.v1')
  async onCap(@Payload() event: EventOf<'redemption.cap.v1'>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.keepCapAnswer.run(tx, event);
  }
}
