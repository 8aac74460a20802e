import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { PlatformConfig } from '#platform';
import { CodeKeys } from './codes/code-keys.js';
import { EvidenceTokens } from './codes/evidence-token.js';
import { FailedCodes } from './codes/failed-codes.js';
import { GenuineCodes } from './codes/genuine-codes.js';
import { RedemptionConfig } from './config.js';
import { AddonsController } from './http/addons.controller.js';
import { HistoryController } from './http/history.controller.js';
import { PointsController } from './http/points.controller.js';
import { EvidenceController } from './http/evidence.controller.js';
import { PassesController } from './http/passes.controller.js';
import { RedemptionsController } from './http/redemptions.controller.js';
import { VoidsController } from './http/voids.controller.js';
import { WalletController } from './http/wallet.controller.js';
import { WhatIfController } from './http/what-if.controller.js';
import { ScansController } from './http/scans.controller.js';
import { ShopCodesController } from './http/shop-codes.controller.js';
import { AddMonthPartitionsJob } from './jobs/add-month-partitions.job.js';
import { ForgetAutoAttemptsJob } from './jobs/forget-auto-attempts.job.js';
import { ForgetRemindersJob } from './jobs/forget-reminders.job.js';
import { ReconcileCouponsJob } from './jobs/reconcile-coupons.job.js';
import { RunAutoAttemptsJob } from './jobs/run-auto-attempts.job.js';
import { RunRemindersJob } from './jobs/run-reminders.job.js';
import { TellRefusalsJob } from './jobs/tell-refusals.job.js';
import { WatchGateJob } from './jobs/watch-gate.job.js';
import { CatalogCapRequestConsumer } from './kafka/catalog-cap-request.consumer.js';
import { CatalogChannelConsumer } from './kafka/catalog-channel.consumer.js';
import { CatalogCouponConsumer } from './kafka/catalog-coupon.consumer.js';
import { CatalogPartnerConsumer } from './kafka/catalog-partner.consumer.js';
import { CatalogPointNameConsumer } from './kafka/catalog-point-name.consumer.js';
import { CatalogProgrammeConsumer } from './kafka/catalog-programme.consumer.js';
import { CatalogTenantConsumer } from './kafka/catalog-tenant.consumer.js';
import { CatalogTriggerConsumer } from './kafka/catalog-trigger.consumer.js';
import { PlatformAddonConsumer } from './kafka/platform-addon.consumer.js';
import { PlatformFollowConsumer } from './kafka/platform-follow.consumer.js';
import { PlatformPartnerConsumer } from './kafka/platform-partner.consumer.js';
import { PlatformPointsEarnedConsumer } from './kafka/platform-points-earned.consumer.js';
import { PlatformUserConsumer } from './kafka/platform-user.consumer.js';
import { SchedulerDueConsumer } from './kafka/scheduler-due.consumer.js';
import { TargetingGrantConsumer } from './kafka/targeting-grant.consumer.js';
import { CouponMemory } from './memory/coupon-memory.js';
import { PrintPool } from './printing/print-pool.js';
import { RedemptionGate } from './redis/redemption-gate.js';
import { RefusalCounts } from './refusals/refusal-counts.js';
import { TellRefusals } from './refusals/tell-refusals.js';
import { AddonCheckStore } from './store/addon-check.store.js';
import { AddonStore } from './store/addon.store.js';
import { AppUserStore } from './store/app-user.store.js';
import { AutoAttemptStore } from './store/auto-attempt.store.js';
import { AutoLineStore } from './store/auto-line.store.js';
import { AutoWakeStore } from './store/auto-wake.store.js';
import { CashierGrantStore } from './store/cashier-grant.store.js';
import { CouponCapStore } from './store/coupon-cap.store.js';
import { CouponCardStore } from './store/coupon-card.store.js';
import { CouponCheckStore } from './store/coupon-check.store.js';
import { CouponFactsStore } from './store/coupon-facts.store.js';
import { CouponReminderStore } from './store/coupon-reminder.store.js';
import { CouponStore } from './store/coupon.store.js';
import { DatabaseClock } from './store/database-clock.js';
import { DirectoryStore } from './store/directory.store.js';
import { EvidenceStore } from './store/evidence.store.js';
import { FollowStore } from './store/follow.store.js';
import { GrantStore } from './store/grant.store.js';
import { LedgerCheckStore } from './store/ledger-check.store.js';
import { MonthPartitionStore } from './store/month-partition.store.js';
import { PointsStore } from './store/points.store.js';
import { PassStore } from './store/pass.store.js';
import { PrintedCodeStore } from './store/printed-code.store.js';
import { ReadSlots } from './store/read-slots.js';
import { RedemptionBatchStore } from './store/redemption-batch.store.js';
import { RedemptionHistoryStore } from './store/redemption-history.store.js';
import { RedemptionVoidStore } from './store/redemption-void.store.js';
import { ReminderCandidateStore } from './store/reminder-candidate.store.js';
import { ReminderRunStore } from './store/reminder-run.store.js';
import { ReminderSentStore } from './store/reminder-sent.store.js';
import { TenantJobStore } from './store/tenant-job.store.js';
import { TenantSettingsStore } from './store/tenant-settings.store.js';
import { TriggerStore } from './store/trigger.store.js';
import { UserCheckStore } from './store/user-check.store.js';
import { WalletStore } from './store/wallet.store.js';
import { AcceptedBefore } from './use-cases/accepted-before.js';
import { AddMonthPartitions } from './use-cases/add-month-partitions.js';
import { AnswerCapRequest } from './use-cases/answer-cap-request.js';
import { AttemptAuto } from './use-cases/attempt-auto.js';
import { AutoFacts } from './use-cases/auto-facts.js';
import { BookCredit } from './use-cases/book-credit.js';
import { TillStore } from './store/till.store.js';
import { CheckCode } from './use-cases/check-code.js';
import { CheckCoupon } from './use-cases/check-coupon.js';
import { CheckLedgers } from './use-cases/check-ledgers.js';
import { ConfirmRefusals } from './use-cases/confirm-refusals.js';
import { CouponOfCaller } from './use-cases/coupon-of-caller.js';
import { DecideBatch } from './use-cases/decide-batch.js';
import { Drift } from './use-cases/drift.js';
import { ExplainEligibility } from './use-cases/explain-eligibility.js';
import { ForgetAutoAttempts } from './use-cases/forget-auto-attempts.js';
import { ForgetReminders } from './use-cases/forget-reminders.js';
import { GrantPoints } from './use-cases/grant-points.js';
import { ListAddonEntries } from './use-cases/list-addon-entries.js';
import { ListAddons } from './use-cases/list-addons.js';
import { ListBalances } from './use-cases/list-balances.js';
import { ListHistory } from './use-cases/list-history.js';
import { ListPointEntries } from './use-cases/list-point-entries.js';
import { ListShift } from './use-cases/list-shift.js';
import { ListWallet } from './use-cases/list-wallet.js';
import { IssuePass } from './use-cases/issue-pass.js';
import { IssueScreenCode } from './use-cases/issue-screen-code.js';
import { NoteReminderDue } from './use-cases/note-reminder-due.js';
import { PrintCode } from './use-cases/print-code.js';
import { RebuildGate } from './use-cases/rebuild-gate.js';
import { ReconcileCoupons } from './use-cases/reconcile-coupons.js';
import { RedeemByCode } from './use-cases/redeem-by-code.js';
import { RedeemCoupon } from './use-cases/redeem-coupon.js';
import { RemindStretch } from './use-cases/remind-stretch.js';
import { RunBatch } from './use-cases/run-batch.js';
import { RunAutoAttempts } from './use-cases/run-auto-attempts.js';
import { RunReminders } from './use-cases/run-reminders.js';
import { SettleAuto } from './use-cases/settle-auto.js';
import { SubmitEarning } from './use-cases/submit-earning.js';
import { SubmitPurchase } from './use-cases/submit-purchase.js';
import { ScanPass } from './use-cases/scan-pass.js';
import { ScanShopCode } from './use-cases/scan-shop-code.js';
import { SimulateEligibility } from './use-cases/simulate-eligibility.js';
import { ShowEvidence } from './use-cases/show-evidence.js';
import { SubmitRedemption } from './use-cases/submit-redemption.js';
import { TakeAddonPurchase } from './use-cases/take-addon-purchase.js';
import { TakeDirectory } from './use-cases/take-directory.js';
import { TakeEarnedPoints } from './use-cases/take-earned-points.js';
import { TakeFollow } from './use-cases/take-follow.js';
import { TakeGrants } from './use-cases/take-grants.js';
import { TakeOverCoupon } from './use-cases/take-over-coupon.js';
import { TakeUser } from './use-cases/take-user.js';
import { VoidRedemption } from './use-cases/void-redemption.js';
import { WatchGate } from './use-cases/watch-gate.js';

@Module({
  imports: [ScheduleModule.forRoot()],
  controllers: [
    AddonsController,
    HistoryController,
    PointsController,
    RedemptionsController,
    VoidsController,
    WalletController,
    CatalogCapRequestConsumer,
    CatalogChannelConsumer,
    CatalogCouponConsumer,
    CatalogPartnerConsumer,
    CatalogPointNameConsumer,
    CatalogProgrammeConsumer,
    CatalogTenantConsumer,
    CatalogTriggerConsumer,
    PlatformAddonConsumer,
    PlatformFollowConsumer,
    PlatformPartnerConsumer,
    PlatformPointsEarnedConsumer,
    PlatformUserConsumer,
    SchedulerDueConsumer,
    TargetingGrantConsumer,
    EvidenceController,
    PassesController,
    ScansController,
    ShopCodesController,
    WhatIfController,
  ],
  providers: [
    AcceptedBefore,
    AnswerCapRequest,
    AppUserStore,
    { provide: RedemptionConfig, useExisting: PlatformConfig },
    AddMonthPartitions,
    AddMonthPartitionsJob,
    AddonCheckStore,
    AddonStore,
    AttemptAuto,
    AutoAttemptStore,
    AutoFacts,
    AutoLineStore,
    AutoWakeStore,
    BookCredit,
    CashierGrantStore,
    CheckCode,
    CheckCoupon,
    CheckLedgers,
    CodeKeys,
    ConfirmRefusals,
    CouponCapStore,
    CouponCardStore,
    CouponCheckStore,
    CouponFactsStore,
    CouponMemory,
    CouponOfCaller,
    CouponReminderStore,
    CouponStore,
    DatabaseClock,
    DecideBatch,
    DirectoryStore,
    Drift,
    EvidenceStore,
    EvidenceTokens,
    ExplainEligibility,
    FailedCodes,
    FollowStore,
    ForgetAutoAttempts,
    ForgetReminders,
    ForgetAutoAttemptsJob,
    ForgetRemindersJob,
    GenuineCodes,
    GrantPoints,
    GrantStore,
    IssuePass,
    IssueScreenCode,
    ListAddonEntries,
    ListAddons,
    ListBalances,
    ListHistory,
    ListPointEntries,
    ListShift,
    ListWallet,
    PassStore,
    LedgerCheckStore,
    MonthPartitionStore,
    NoteReminderDue,
    PointsStore,
    PrintCode,
    PrintPool,
    PrintedCodeStore,
    ReadSlots,
    RebuildGate,
    ReconcileCoupons,
    ReconcileCouponsJob,
    RedeemByCode,
    RedeemCoupon,
    RedemptionBatchStore,
    RedemptionGate,
    RedemptionHistoryStore,
    RedemptionVoidStore,
    RefusalCounts,
    RemindStretch,
    ReminderCandidateStore,
    ReminderRunStore,
    ReminderSentStore,
    RunAutoAttempts,
    RunAutoAttemptsJob,
    RunBatch,
    RunReminders,
    RunRemindersJob,
    ScanPass,
    ScanShopCode,
    ShowEvidence,
    SimulateEligibility,
    SettleAuto,
    SubmitEarning,
    SubmitPurchase,
    SubmitRedemption,
    TakeAddonPurchase,
    TakeDirectory,
    TakeEarnedPoints,
    TakeFollow,
    TakeGrants,
    TakeOverCoupon,
    TakeUser,
    TellRefusals,
    TellRefusalsJob,
    TenantJobStore,
    TenantSettingsStore,
    TriggerStore,
    TillStore,
    UserCheckStore,
    VoidRedemption,
    WalletStore,
    WatchGate,
    WatchGateJob,
  ],
})
export class RedemptionModule {}
