import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Log, Shutdown } from '#platform';
import { WatchGate } from '../use-cases/watch-gate.js';
import { WakeUp } from './wake-up.js';

/** Milliseconds; so long at most is Redis passed by after it has come back. */
const EVERY_MS = 500;

/** Every replica probes for itself: each has a connection and a breaker of its own. */
@Injectable()
export class WatchGateJob implements OnApplicationBootstrap {
  private readonly wakeUp;

  constructor(watchGate: WatchGate, log: Log, shutdown: Shutdown) {
    this.wakeUp = new WakeUp(
      {
        name: 'watching Redis',
        failed: 'Redis could not be probed; trying again at the next wake-up',
        work: () => watchGate.run(),
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
