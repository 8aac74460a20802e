import { Injectable } from '@nestjs/common';
import type { EventData } from '#contracts';
import type { EventContext } from '#platform';
import { ReminderRunStore } from '../store/reminder-run.store.js';
import { RunReminders } from './run-reminders.js';

/** The hour of a cohort has come: noted, and gone through apart from the consumer, however many people it has. */
@Injectable()
export class NoteReminderDue {
  constructor(
    private readonly runs: ReminderRunStore,
    private readonly runReminders: RunReminders,
  ) {}

  async run(
    { tx, tenantId, afterCommit }: EventContext,
    due: EventData<'scheduler.due.v1', 'reminder-due'>,
  ): Promise<void> {
    await this.runs.add(tx, tenantId, due);
    afterCommit(this.runReminders.nudge);
  }
}
