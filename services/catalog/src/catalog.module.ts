import { PlatformConfig } from '#platform';
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AnalyticsModule } from './analytics/analytics.module.js';
import { CatalogConfig } from './config.js';
import { ApprovalsController } from './http/approvals.controller.js';
import { CapRequestsController } from './http/cap-requests.controller.js';
import { CashiersController } from './http/cashiers.controller.js';
import { ChannelsController } from './http/channels.controller.js';
import { CouponsController } from './http/coupons.controller.js';
import { ManageController } from './http/manage.controller.js';
import { OfferedTriggersController } from './http/offered-triggers.controller.js';
import { PartnersController } from './http/partners.controller.js';
import { PointNamesController } from './http/point-names.controller.js';
import { ProgrammesController } from './http/programmes.controller.js';
import { StoresController } from './http/stores.controller.js';
import { TenantSettingsController } from './http/tenant-settings.controller.js';
import { TriggersController } from './http/triggers.controller.js';
import { WizardController } from './http/wizard.controller.js';
import { ImagesModule } from './images/images.module.js';
import { FollowChannelZonesJob } from './jobs/follow-channel-zones.job.js';
import { PlatformChannelConsumer } from './kafka/platform-channel.consumer.js';
import { PlatformLoyaltyConsumer } from './kafka/platform-loyalty.consumer.js';
import { PlatformPartnerConsumer } from './kafka/platform-partner.consumer.js';
import { RedemptionCapConsumer } from './kafka/redemption-cap.consumer.js';
import { RedemptionCouponAppliedConsumer } from './kafka/redemption-coupon-applied.consumer.js';
import { RedemptionCouponExhaustedConsumer } from './kafka/redemption-coupon-exhausted.consumer.js';
import { RedemptionRedemptionConsumer } from './kafka/redemption-redemption.consumer.js';
import { SchedulerDueConsumer } from './kafka/scheduler-due.consumer.js';
import { ShareModule } from './share/share.module.js';
import { AuditStore } from './store/audit.store.js';
import { AuditViewStore } from './store/audit-view.store.js';
import { CapRequestStore } from './store/cap-request.store.js';
import { ChannelEntity } from './store/channel.entity.js';
import { ChannelStore } from './store/channel.store.js';
import { ChannelZoneStore } from './store/channel-zone.store.js';
import { CouponListStore } from './store/coupon-list.store.js';
import { CouponUsageStore } from './store/coupon-usage.store.js';
import { CouponViewStore } from './store/coupon-view.store.js';
import { CouponEntity } from './store/coupon.entity.js';
import { CouponStore } from './store/coupon.store.js';
import { DatabaseClock } from './store/database-clock.js';
import { PartnerStaffStore } from './store/partner-staff.store.js';
import { PartnerStore } from './store/partner.store.js';
import { PointNameStore } from './store/point-name.store.js';
import { ProgrammeStore } from './store/programme.store.js';
import { TenantSettingsStore } from './store/tenant-settings.store.js';
import { TriggerStore } from './store/trigger.store.js';
import { ActOnCoupon } from './use-cases/act-on-coupon.js';
import { ActOnCoupons } from './use-cases/act-on-coupons.js';
import { ApplyDue } from './use-cases/apply-due.js';
import { ChangeCouponByFact } from './use-cases/change-coupon-by-fact.js';
import { ChangeTrigger } from './use-cases/change-trigger.js';
import { CountCoupons } from './use-cases/count-coupons.js';
import { CreateCoupon } from './use-cases/create-coupon.js';
import { CreatePointName } from './use-cases/create-point-name.js';
import { CreateTrigger } from './use-cases/create-trigger.js';
import { DecideApproval } from './use-cases/decide-approval.js';
import { DuplicateCoupon } from './use-cases/duplicate-coupon.js';
import { EditCoupon } from './use-cases/edit-coupon.js';
import { ExportCoupons } from './use-cases/export-coupons.js';
import { FinishExhaustedCoupon } from './use-cases/finish-exhausted-coupon.js';
import { FollowChannelZones } from './use-cases/follow-channel-zones.js';
import { GatherSurroundings } from './use-cases/gather-surroundings.js';
import { KeepAppliedVersion } from './use-cases/keep-applied-version.js';
import { KeepCapAnswer } from './use-cases/keep-cap-answer.js';
import { KeepChannel } from './use-cases/keep-channel.js';
import { KeepPartner } from './use-cases/keep-partner.js';
import { KeepProgramme } from './use-cases/keep-programme.js';
import { KeepStock } from './use-cases/keep-stock.js';
import { ListApprovals } from './use-cases/list-approvals.js';
import { ListCashiers } from './use-cases/list-cashiers.js';
import { ListChannels } from './use-cases/list-channels.js';
import { ListCoupons } from './use-cases/list-coupons.js';
import { ListOfferedTriggers } from './use-cases/list-offered-triggers.js';
import { ListPartners } from './use-cases/list-partners.js';
import { ListPointNames } from './use-cases/list-point-names.js';
import { ListProgrammeCoupons } from './use-cases/list-programme-coupons.js';
import { ListProgrammes } from './use-cases/list-programmes.js';
import { ListStores } from './use-cases/list-stores.js';
import { ListTriggers } from './use-cases/list-triggers.js';
import { LockOwnedCoupon } from './use-cases/lock-owned-coupon.js';
import { PreviewTimeframe } from './use-cases/preview-timeframe.js';
import { PutCashier } from './use-cases/put-cashier.js';
import { PutChannel } from './use-cases/put-channel.js';
import { PutPartner } from './use-cases/put-partner.js';
import { PutProgramme } from './use-cases/put-programme.js';
import { PutStore } from './use-cases/put-store.js';
import { PutTenantSettings } from './use-cases/put-tenant-settings.js';
import { ReadAudit } from './use-cases/read-audit.js';
import { ReadCapRequest } from './use-cases/read-cap-request.js';
import { ReadApproval } from './use-cases/read-approval.js';
import { ReadCoupon } from './use-cases/read-coupon.js';
import { ReadReadiness } from './use-cases/read-readiness.js';
import { ReadTenantSettings } from './use-cases/read-tenant-settings.js';
import { RenamePointName } from './use-cases/rename-point-name.js';
import { RequestCap } from './use-cases/request-cap.js';
import { RevisePointName } from './use-cases/revise-point-name.js';
import { ReviseTrigger } from './use-cases/revise-trigger.js';
import { SaveCouponChange } from './use-cases/save-coupon-change.js';
import { SavePointNameChange } from './use-cases/save-point-name-change.js';
import { SaveTriggerChange } from './use-cases/save-trigger-change.js';
import { TellProgramme } from './use-cases/tell-programme.js';
import { WithdrawPointName } from './use-cases/withdraw-point-name.js';
import { WithdrawTrigger } from './use-cases/withdraw-trigger.js';

const edges = [
  ApprovalsController,
  CapRequestsController,
  CashiersController,
  ChannelsController,
  CouponsController,
  ManageController,
  OfferedTriggersController,
  PartnersController,
  PointNamesController,
  ProgrammesController,
  StoresController,
  TenantSettingsController,
  TriggersController,
  WizardController,
];

const consumers = [
  PlatformChannelConsumer,
  PlatformLoyaltyConsumer,
  PlatformPartnerConsumer,
  RedemptionCapConsumer,
  RedemptionCouponAppliedConsumer,
  RedemptionCouponExhaustedConsumer,
  RedemptionRedemptionConsumer,
  SchedulerDueConsumer,
];

const stores = [
  AuditStore,
  AuditViewStore,
  CapRequestStore,
  ChannelStore,
  ChannelZoneStore,
  CouponListStore,
  CouponStore,
  CouponUsageStore,
  CouponViewStore,
  DatabaseClock,
  PartnerStaffStore,
  PartnerStore,
  PointNameStore,
  ProgrammeStore,
  TenantSettingsStore,
  TriggerStore,
];

const useCases = [
  ActOnCoupon,
  ActOnCoupons,
  ApplyDue,
  ChangeCouponByFact,
  ChangeTrigger,
  CountCoupons,
  CreateCoupon,
  CreatePointName,
  CreateTrigger,
  DecideApproval,
  DuplicateCoupon,
  EditCoupon,
  ExportCoupons,
  FinishExhaustedCoupon,
  FollowChannelZones,
  GatherSurroundings,
  KeepAppliedVersion,
  KeepCapAnswer,
  KeepChannel,
  KeepPartner,
  KeepProgramme,
  KeepStock,
  ListApprovals,
  ListCashiers,
  ListChannels,
  ListCoupons,
  ListOfferedTriggers,
  ListPartners,
  ListPointNames,
  ListProgrammeCoupons,
  ListProgrammes,
  ListStores,
  ListTriggers,
  LockOwnedCoupon,
  PreviewTimeframe,
  PutCashier,
  PutChannel,
  PutPartner,
  PutProgramme,
  PutStore,
  PutTenantSettings,
  ReadAudit,
  ReadCapRequest,
  ReadApproval,
  ReadCoupon,
  ReadReadiness,
  ReadTenantSettings,
  RenamePointName,
  RequestCap,
  RevisePointName,
  ReviseTrigger,
  SaveCouponChange,
  SavePointNameChange,
  SaveTriggerChange,
  TellProgramme,
  WithdrawPointName,
  WithdrawTrigger,
];

@Module({
  imports: [
    TypeOrmModule.forFeature([ChannelEntity, CouponEntity]),
    AnalyticsModule,
    ImagesModule,
    ShareModule,
  ],
  controllers: [...edges, ...consumers],
  providers: [
    { provide: CatalogConfig, useExisting: PlatformConfig },
    FollowChannelZonesJob,
    ...stores,
    ...useCases,
  ],
})
export class CatalogModule {}
