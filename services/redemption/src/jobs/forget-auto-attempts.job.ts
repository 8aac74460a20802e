import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Log, Shutdown } from '#platform';
import { ForgetAutoAttempts } from '../use-cases/forget-auto-attempts.js';
import { WakeUp } from './wake-up.js';

const EVERY_MS = 60_000;

/** A wake-up only; tenants' leases settle who does it and how often. */
@Injectable()
export class ForgetAutoAttemptsJob {
  private readonly wakeUp;

  constructor(forgetAutoAttempts: ForgetAutoAttempts, log: Log, shutdown: Shutdown) {
    this.wakeUp = new WakeUp(
      {
        name: 'forgetting automatic attempts',
        failed: 'old automatic attempts could not be forgotten; trying again at the next wake-up',
        work: (mayGoOn) => forgetAutoAttempts.run(mayGoOn),
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
