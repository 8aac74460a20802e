import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { RunReminders } from '../use-cases/run-reminders.js';

/** How late a cohort that another process has left is noticed at most; its own consumer wakes a process at once. */
const EVERY_MS = 2_000;

/** A wake-up only; leases settle who goes through what, so every replica may run it. */
@Injectable()
export class RunRemindersJob {
  constructor(private readonly runReminders: RunReminders) {}

  @Interval(EVERY_MS)
  wake(): void {
    this.runReminders.nudge();
  }
}
