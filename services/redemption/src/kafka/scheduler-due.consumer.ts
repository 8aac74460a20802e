import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { NoteReminderDue } from '../use-cases/note-reminder-due.js';

/** The edge enforces start, end and windows by its own clock (F4): of what is due, reminders alone concern it. */
@Controller()
export class SchedulerDueConsumer {
  constructor(private readonly noteReminderDue: NoteReminderDue) {}

  @EventPattern<TopicName>('scheduler.due.v1')
  async onDue(@Payload() event: EventOf<'scheduler.due.v1'>, @Ctx() context: EventContext): Promise<void> {
    if (event.name === 'reminder-due') await this.noteReminderDue.run(context, event.data);
  }
}
