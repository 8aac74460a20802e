import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { DueAlarm } from '../use-cases/due-alarm.js';
import { PlanCoupon } from '../use-cases/plan-coupon.js';

@Controller()
export class CatalogCouponConsumer {
  constructor(
    private readonly planCoupon: PlanCoupon,
    private readonly alarm: DueAlarm,
  ) {}

  @EventPattern<TopicName>('catalog.coupon.v1')
  async onCoupon(
    @Payload() event: EventOf<'catalog.coupon.v1'>,
    @Ctx() { tx, afterCommit }: EventContext,
  ): Promise<void> {
    await this.planCoupon.run(tx, event);
    afterCommit(() => this.alarm.ring());
  }
}
