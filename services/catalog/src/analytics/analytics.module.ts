import { Module } from '@nestjs/common';
import { DatabaseClock } from '../store/database-clock.js';
import { ChannelAnalyticsController } from './http/channel-analytics.controller.js';
import { CouponAnalyticsController } from './http/coupon-analytics.controller.js';
import { ImpressionsController } from './http/impressions.controller.js';
import { CatalogImpressionConsumer } from './kafka/catalog-impression.consumer.js';
import { PlatformFollowConsumer } from './kafka/platform-follow.consumer.js';
import { PlatformUserConsumer } from './kafka/platform-user.consumer.js';
import { RedemptionFulfilmentConsumer } from './kafka/redemption-fulfilment.consumer.js';
import { RedemptionRefusalConsumer } from './kafka/redemption-refusal.consumer.js';
import { TargetingGrantConsumer } from './kafka/targeting-grant.consumer.js';
import { AnalysedCouponStore } from './store/analysed-coupon.store.js';
import { AudienceStore } from './store/audience.store.js';
import { FiguresStore } from './store/figures.store.js';
import { GenerationStore } from './store/generation.store.js';
import { JournalStore } from './store/journal.store.js';
import { TallyStore } from './store/tally.store.js';
import { CountFacts } from './use-cases/count-facts.js';
import { KeepAudience } from './use-cases/keep-audience.js';
import { ListChannelAnalytics } from './use-cases/list-channel-analytics.js';
import { ReadCouponAnalytics } from './use-cases/read-coupon-analytics.js';
import { ReadSeries } from './use-cases/read-series.js';
import { ReadTotals } from './use-cases/read-totals.js';
import { ReportImpressions } from './use-cases/report-impressions.js';

/** Who saw and redeemed which coupon, counted from the facts of all services. */
@Module({
  controllers: [
    ChannelAnalyticsController,
    CouponAnalyticsController,
    ImpressionsController,
    CatalogImpressionConsumer,
    PlatformFollowConsumer,
    PlatformUserConsumer,
    RedemptionFulfilmentConsumer,
    RedemptionRefusalConsumer,
    TargetingGrantConsumer,
  ],
  providers: [
    AnalysedCouponStore,
    AudienceStore,
    CountFacts,
    DatabaseClock,
    FiguresStore,
    GenerationStore,
    JournalStore,
    KeepAudience,
    ListChannelAnalytics,
    ReadCouponAnalytics,
    ReadSeries,
    ReadTotals,
    ReportImpressions,
    TallyStore,
  ],
  // The consumer of redemptions keeps stock as well: one topic has one consumer in a service.
  exports: [CountFacts],
})
export class AnalyticsModule {}
