import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { PlatformConfig } from '#platform';
import { RedemptionConfig } from './config.js';
import { RedemptionsController } from './http/redemptions.controller.js';
import { ReconcileCouponsJob } from './jobs/reconcile-coupons.job.js';
import { WatchGateJob } from './jobs/watch-gate.job.js';
import { CatalogCouponConsumer } from './kafka/catalog-coupon.consumer.js';
import { PlatformFollowConsumer } from './kafka/platform-follow.consumer.js';
import { CouponMemory } from './memory/coupon-memory.js';
import { RedemptionGate } from './redis/redemption-gate.js';
import { CouponCheckStore } from './store/coupon-check.store.js';
import { CouponFactsStore } from './store/coupon-facts.store.js';
import { CouponStore } from './store/coupon.store.js';
import { FollowStore } from './store/follow.store.js';
import { RedemptionBatchStore } from './store/redemption-batch.store.js';
import { TenantJobStore } from './store/tenant-job.store.js';
import { ConfirmRefusals } from './use-cases/confirm-refusals.js';
import { DecideBatch } from './use-cases/decide-batch.js';
import { RebuildGate } from './use-cases/rebuild-gate.js';
import { ReconcileCoupons } from './use-cases/reconcile-coupons.js';
import { RedeemCoupon } from './use-cases/redeem-coupon.js';
import { RunBatch } from './use-cases/run-batch.js';
import { TakeFollow } from './use-cases/take-follow.js';
import { TakeOverCoupon } from './use-cases/take-over-coupon.js';
import { WatchGate } from './use-cases/watch-gate.js';

@Module({
  imports: [ScheduleModule.forRoot()],
  controllers: [RedemptionsController, CatalogCouponConsumer, PlatformFollowConsumer],
  providers: [
    { provide: RedemptionConfig, useExisting: PlatformConfig },
    ConfirmRefusals,
    CouponCheckStore,
    CouponFactsStore,
    CouponMemory,
    CouponStore,
    DecideBatch,
    FollowStore,
    RebuildGate,
    ReconcileCoupons,
    ReconcileCouponsJob,
    RedeemCoupon,
    RedemptionBatchStore,
    RedemptionGate,
    RunBatch,
    TakeFollow,
    TakeOverCoupon,
    TenantJobStore,
    WatchGate,
    WatchGateJob,
  ],
})
export class RedemptionModule {}
