import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Log, Shutdown } from '#platform';
import { ReconcileCoupons } from '../use-cases/reconcile-coupons.js';
import { WakeUp } from './wake-up.js';

const EVERY_MS = 5_000;

/** A wake-up only; who works for which tenant is settled by leases, so every replica may run it. */
@Injectable()
export class ReconcileCouponsJob {
  private readonly wakeUp;

  constructor(reconcileCoupons: ReconcileCoupons, log: Log, shutdown: Shutdown) {
    this.wakeUp = new WakeUp(
      {
        name: 'reconciling',
        failed: 'coupons could not be reconciled; trying again at the next wake-up',
        work: (mayGoOn) => reconcileCoupons.run(mayGoOn),
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
