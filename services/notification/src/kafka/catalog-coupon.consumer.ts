import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { LearnCouponText } from '../use-cases/learn-coupon-text.js';

@Controller()
export class CatalogCouponConsumer {
  constructor(private readonly learnCouponText: LearnCouponText) {}

  @EventPattern<TopicName>('catalog.coupon.v1')
  onCoupon(@Payload() event: EventOf<'catalog.coupon.v1'>, @Ctx() context: EventContext): Promise<void> {
    return this.learnCouponText.run(context, event.data);
  }
}
