import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Log, Shutdown } from '#platform';
import { AddMonthPartitions } from '../use-cases/add-month-partitions.js';
import { WakeUp } from './wake-up.js';

const EVERY_MS = 600_000;

/** A wake-up only; every replica may run it, a lock in the database keeps them apart. */
@Injectable()
export class AddMonthPartitionsJob implements OnApplicationBootstrap {
  private readonly wakeUp;

  constructor(addMonthPartitions: AddMonthPartitions, log: Log, shutdown: Shutdown) {
    this.wakeUp = new WakeUp(
      {
        name: 'adding partitions',
        failed: 'partitions for months to come could not be added; trying again at the next wake-up',
        work: (mayGoOn) => addMonthPartitions.run(mayGoOn),
      },
      log,
      shutdown,
    );
  }

  onApplicationBootstrap(): void {
    this.wakeUp.wake();
  }

  @Interval(EVERY_MS)
  wake(): void {
    this.wakeUp.wake();
  }
}
