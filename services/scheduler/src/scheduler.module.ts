import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AnnounceDueJob } from './jobs/announce-due.job.js';
import { CatalogCouponConsumer } from './kafka/catalog-coupon.consumer.js';
import { CouponScheduleStore } from './store/coupon-schedule.store.js';
import { DueStore } from './store/due.store.js';
import { AnnounceDue } from './use-cases/announce-due.js';
import { DueAlarm } from './use-cases/due-alarm.js';
import { PlanCohorts } from './use-cases/plan-cohorts.js';
import { PlanCoupon } from './use-cases/plan-coupon.js';
import { ReportBacklog } from './use-cases/report-backlog.js';

@Module({
  imports: [ScheduleModule.forRoot()],
  controllers: [CatalogCouponConsumer],
  providers: [
    AnnounceDue,
    AnnounceDueJob,
    CouponScheduleStore,
    DueAlarm,
    DueStore,
    PlanCohorts,
    PlanCoupon,
    ReportBacklog,
  ],
})
export class SchedulerModule {}
