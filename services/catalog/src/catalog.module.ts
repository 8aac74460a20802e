import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ChannelsController } from './http/channels.controller.js';
import { CouponsController } from './http/coupons.controller.js';
import { PlatformChannelConsumer } from './kafka/platform-channel.consumer.js';
import { RedemptionCouponAppliedConsumer } from './kafka/redemption-coupon-applied.consumer.js';
import { RedemptionCouponExhaustedConsumer } from './kafka/redemption-coupon-exhausted.consumer.js';
import { RedemptionRedemptionConsumer } from './kafka/redemption-redemption.consumer.js';
import { SchedulerDueConsumer } from './kafka/scheduler-due.consumer.js';
import { AuditStore } from './store/audit.store.js';
import { ChannelEntity } from './store/channel.entity.js';
import { ChannelStore } from './store/channel.store.js';
import { CouponEntity } from './store/coupon.entity.js';
import { CouponStore } from './store/coupon.store.js';
import { CouponUsageStore } from './store/coupon-usage.store.js';
import { CouponViewStore } from './store/coupon-view.store.js';
import { DatabaseClock } from './store/database-clock.js';
import { ActOnCoupon } from './use-cases/act-on-coupon.js';
import { ApplyDue } from './use-cases/apply-due.js';
import { ChangeCouponByFact } from './use-cases/change-coupon-by-fact.js';
import { CreateCoupon } from './use-cases/create-coupon.js';
import { FinishExhaustedCoupon } from './use-cases/finish-exhausted-coupon.js';
import { KeepAppliedVersion } from './use-cases/keep-applied-version.js';
import { KeepChannel } from './use-cases/keep-channel.js';
import { KeepStock } from './use-cases/keep-stock.js';
import { ListChannels } from './use-cases/list-channels.js';
import { ListCoupons } from './use-cases/list-coupons.js';
import { PutChannel } from './use-cases/put-channel.js';
import { ReadCoupon } from './use-cases/read-coupon.js';
import { SaveCouponChange } from './use-cases/save-coupon-change.js';

const stores = [AuditStore, ChannelStore, CouponStore, CouponUsageStore, CouponViewStore, DatabaseClock];

const useCases = [
  ActOnCoupon,
  ApplyDue,
  ChangeCouponByFact,
  CreateCoupon,
  FinishExhaustedCoupon,
  KeepAppliedVersion,
  KeepChannel,
  KeepStock,
  ListChannels,
  ListCoupons,
  PutChannel,
  ReadCoupon,
  SaveCouponChange,
];

@Module({
  imports: [TypeOrmModule.forFeature([ChannelEntity, CouponEntity])],
  controllers: [
    ChannelsController,
    CouponsController,
    PlatformChannelConsumer,
    RedemptionCouponAppliedConsumer,
    RedemptionCouponExhaustedConsumer,
    RedemptionRedemptionConsumer,
    SchedulerDueConsumer,
  ],
  providers: [...stores, ...useCases],
})
export class CatalogModule {}
