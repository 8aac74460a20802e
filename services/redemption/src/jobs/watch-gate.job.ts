import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Shutdown } from '#platform';
import { WatchGate } from '../use-cases/watch-gate.js';

/** Milliseconds; so long at most is Redis passed by after it has come back. */
const EVERY_MS = 500;

/** Every replica probes for itself: each has a connection and a breaker of its own. */
@Injectable()
export class WatchGateJob implements OnApplicationBootstrap {
  private running: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly watchGate: WatchGate,
    shutdown: Shutdown,
  ) {
    shutdown.register('jobs', 'watching Redis', async () => {
      this.isStopped = true;
      await this.running;
    });
  }

  onApplicationBootstrap(): void {
    this.wake();
  }

  @Interval(EVERY_MS)
  wake(): void {
    if (this.isStopped) return;
    this.running ??= this.watchGate.run().finally(() => (this.running = undefined));
  }
}
