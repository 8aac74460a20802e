import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Log, Shutdown } from '#platform';
import { ForgetReminders } from '../use-cases/forget-reminders.js';
import { WakeUp } from './wake-up.js';

const EVERY_MS = 60_000;

/** A wake-up only; tenants' leases settle who does it and how often. */
@Injectable()
export class ForgetRemindersJob {
  private readonly wakeUp;

  constructor(forgetReminders: ForgetReminders, log: Log, shutdown: Shutdown) {
    this.wakeUp = new WakeUp(
      {
        name: 'forgetting reminders',
        failed: 'reminders of finished coupons could not be forgotten; trying again at the next wake-up',
        work: (mayGoOn) => forgetReminders.run(mayGoOn),
      },
      log,
      shutdown,
    );
  }

  @Interval(EVERY_MS)
  wake(): void {
    this.wakeUp.wake();
  }
}
