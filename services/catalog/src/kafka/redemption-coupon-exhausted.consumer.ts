import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { FinishExhaustedCoupon } from '../use-cases/finish-exhausted-coupon.js';

@Controller()
export class RedemptionCouponExhaustedConsumer {
  constructor(private readonly finishCoupon: FinishExhaustedCoupon) {}

  @EventPattern<TopicName>('redemption.coupon-exhausted.v1')
  async onExhausted(
    @Payload() event: EventOf<'redemption.coupon-exhausted.v1'>,
    @Ctx() { tx }: EventContext,
  ): Promise<void> {
    await this.finishCoupon.run(tx, event);
  }
}
