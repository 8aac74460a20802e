import { Module } from '@nestjs/common';
import { PlatformConfig } from '#platform';
import { InboxStreams } from './channels/inbox-streams.js';
import { NotificationConfig } from './config.js';
import { InboxController } from './http/inbox.controller.js';
import { FinishPendingMessagesJob } from './jobs/finish-pending-messages.job.js';
import { WatchInboxesJob } from './jobs/watch-inboxes.job.js';
import { CatalogCouponConsumer } from './kafka/catalog-coupon.consumer.js';
import { PlatformChannelConsumer } from './kafka/platform-channel.consumer.js';
import { PlatformUserConsumer } from './kafka/platform-user.consumer.js';
import { RedemptionAddonConsumer } from './kafka/redemption-addon.consumer.js';
import { RedemptionReminderConsumer } from './kafka/redemption-reminder.consumer.js';
import { RedemptionRedemptionConsumer } from './kafka/redemption-redemption.consumer.js';
import { InboxWakeUps } from './redis/inbox-wake-ups.js';
import { KnownTextStore } from './store/known-text.store.js';
import { MessageStore } from './store/message.store.js';
import { PendingMessageStore } from './store/pending-message.store.js';
import { AnnounceReminders } from './use-cases/announce-reminders.js';
import { AnnounceRedemption } from './use-cases/announce-redemption.js';
import { AnnounceVoid } from './use-cases/announce-void.js';
import { CountWaitingMessages } from './use-cases/count-waiting-messages.js';
import { DrainPendingMessages } from './use-cases/drain-pending-messages.js';
import { FinishPendingMessage } from './use-cases/finish-pending-message.js';
import { LearnChannel } from './use-cases/learn-channel.js';
import { LearnCouponText } from './use-cases/learn-coupon-text.js';
import { LearnUserName } from './use-cases/learn-user-name.js';
import { NotifyOwners } from './use-cases/notify-owners.js';
import { ReadInbox } from './use-cases/read-inbox.js';
import { RingMovedInboxes } from './use-cases/ring-moved-inboxes.js';
import { StreamInbox } from './use-cases/stream-inbox.js';
import { WriteMessage } from './use-cases/write-message.js';

@Module({
  controllers: [
    InboxController,
    CatalogCouponConsumer,
    PlatformChannelConsumer,
    PlatformUserConsumer,
    RedemptionAddonConsumer,
    RedemptionRedemptionConsumer,
    RedemptionReminderConsumer,
  ],
  providers: [
    // The configuration that the service was started with holds these variables, too.
    { provide: NotificationConfig, useExisting: PlatformConfig },
    AnnounceRedemption,
    AnnounceReminders,
    AnnounceVoid,
    CountWaitingMessages,
    DrainPendingMessages,
    FinishPendingMessage,
    FinishPendingMessagesJob,
    InboxStreams,
    InboxWakeUps,
    KnownTextStore,
    LearnChannel,
    LearnCouponText,
    LearnUserName,
    MessageStore,
    NotifyOwners,
    PendingMessageStore,
    ReadInbox,
    RingMovedInboxes,
    StreamInbox,
    WatchInboxesJob,
    WriteMessage,
  ],
})
export class NotificationModule {}
