import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { KeepAppliedVersion } from '../use-cases/keep-applied-version.js';

@Controller()
export class RedemptionCouponAppliedConsumer {
  constructor(private readonly keepAppliedVersion: KeepAppliedVersion) {}

  @EventPattern<TopicName>('redemption.coupon-applied.v1')
  async onApplied(
    @Payload() event: EventOf<'redemption.coupon-applied.v1'>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.keepAppliedVersion.run(tx, event);
  }
}
