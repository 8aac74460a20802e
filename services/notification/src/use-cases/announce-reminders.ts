import { Injectable } from '@nestjs/common';
import type { EventOf, ExpiryReminder } from '#contracts';
import { Clock, type EventContext, Log, NotYetError } from '#platform';
import { NotificationConfig } from '../config.js';
import { composeReminder } from '../domain/compose-reminder.js';
import { KnownTextStore } from '../store/known-text.store.js';
import { WriteMessage } from './write-message.js';

/** Users are reminded of coupons that expire soon: a whole town at ten, so many at a time. */
@Injectable()
export class AnnounceReminders {
  constructor(
    private readonly texts: KnownTextStore,
    private readonly writeMessage: WriteMessage,
    private readonly config: NotificationConfig,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** @throws NotYetError, later Error (dead letter): the coupon's text was not heard of, it comes by another topic */
  async run(context: EventContext, events: readonly EventOf<'redemption.reminder.v1'>[]): Promise<void> {
    // In one order, since inboxes are locked one by one.
    const reminders = events.map(({ data }) => data).sort((a, b) => (a.userId < b.userId ? -1 : 1));
    for (const reminder of reminders) await this.remind(context, reminder);
  }

  private async remind({ tx, tenantId }: EventContext, reminder: ExpiryReminder): Promise<void> {
    const { reminderId, couponId, userId, channelId } = reminder;
    const about = { couponId, userId, channelId };
    const composed = composeReminder(await this.texts.find(tx, tenantId, about), reminder);
    if (composed.kind === 'unheard') return this.refuseUnheard(reminder);
    if (composed.kind === 'none')
      return void this.log.info({ couponId, reminderId }, 'the coupon reminds of nothing any more');
    await this.writeMessage.run(tx, {
      tenantId,
      ...about,
      causeId: reminderId,
      redemptionId: null,
      kind: 'coupon_expiring',
      text: composed.text,
    });
  }

  private refuseUnheard({ couponId, couponVersion, remindedAt }: ExpiryReminder): never {
    const says = `the text of coupon ${couponId} in version ${couponVersion} is not known`;
    const ageMs = this.clock.now().getTime() - Date.parse(remindedAt);
    if (ageMs < this.config.MESSAGE_LATE_AFTER_MS) throw new NotYetError(`${says} yet`);
    throw new Error(`${says}: replay this once catalog.coupon.v1 tells of it`);
  }
}
