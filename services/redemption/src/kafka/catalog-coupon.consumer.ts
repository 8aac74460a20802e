import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { TakeOverCoupon } from '../use-cases/take-over-coupon.js';

@Controller()
export class CatalogCouponConsumer {
  constructor(private readonly takeOverCoupon: TakeOverCoupon) {}

  @EventPattern<TopicName>('catalog.coupon.v1')
  onCoupon(@Payload() event: EventOf<'catalog.coupon.v1'>, @Ctx() context: EventContext): Promise<void> {
    return this.takeOverCoupon.run(context, event.data);
  }
}
