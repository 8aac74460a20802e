import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Log, Shutdown } from '#platform';
import { ReconcileCoupons } from '../use-cases/reconcile-coupons.js';

const EVERY_MS = 5_000;

/** A wake-up only; who works for which tenant is settled by leases, so every replica may run it. */
@Injectable()
export class ReconcileCouponsJob {
  private running: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly reconcileCoupons: ReconcileCoupons,
    private readonly log: Log,
    shutdown: Shutdown,
  ) {
    shutdown.register('jobs', 'reconciling', async () => {
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
      await this.reconcileCoupons.run(() => !this.isStopped);
    } catch (err) {
      this.log.warn({ err }, 'coupons could not be reconciled; trying again at the next wake-up');
    }
  }
}
