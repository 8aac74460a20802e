import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Log, Shutdown } from '#platform';
import { ForgetAutoAttempts } from '../use-cases/forget-auto-attempts.js';

const EVERY_MS = 60_000;

/** A wake-up only; tenants' leases settle who does it and how often. */
@Injectable()
export class ForgetAutoAttemptsJob {
  private running: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly forgetAutoAttempts: ForgetAutoAttempts,
    private readonly log: Log,
    shutdown: Shutdown,
  ) {
    shutdown.register('jobs', 'forgetting automatic attempts', async () => {
      this.isStopped = true;
      await this.running;
    });
  }

  @Interval(EVERY_MS)
  wake(): void {
    if (this.isStopped) return;
    this.running ??= this.run().finally(() => (this.running = undefined));
  }

  private async run(): Promise<void> {
    try {
      await this.forgetAutoAttempts.run(() => !this.isStopped);
    } catch (err) {
      this.log.warn(
        { err },
        'old automatic attempts could not be forgotten; trying again at the next wake-up',
      );
    }
  }
}
