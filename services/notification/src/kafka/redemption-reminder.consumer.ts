import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import { type EventContext, inBatches } from '#platform';
import { AnnounceReminders } from '../use-cases/announce-reminders.js';

/** At ten a whole zone is reminded: a commit for each would take hours. */
const AT_ONCE = 100;

@Controller()
export class RedemptionReminderConsumer {
  constructor(private readonly announceReminders: AnnounceReminders) {}

  @EventPattern<TopicName>('redemption.reminder.v1', inBatches(AT_ONCE))
  onReminders(
    @Payload() events: readonly EventOf<'redemption.reminder.v1'>[],
    @Ctx() context: EventContext,
  ): Promise<void> {
    return this.announceReminders.run(context, events);
  }
}
