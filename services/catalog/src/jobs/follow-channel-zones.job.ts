import { Log, Shutdown } from '#platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { FollowChannelZones } from '../use-cases/follow-channel-zones.js';

/** Zones change once in years; the look at an empty table costs nothing. */
const EVERY_MS = 2_000;

/** Looks for channels that moved, one run at a time, and stops with the process. */
@Injectable()
export class FollowChannelZonesJob implements OnApplicationBootstrap {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly followZones: FollowChannelZones,
    private readonly log: Log,
    shutdown: Shutdown,
  ) {
    shutdown.register('jobs', "coupons following their channel's zone", () => this.stop());
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => this.wake(), EVERY_MS);
    this.timer.unref();
  }

  private wake(): void {
    this.running ??= this.runQuietly().finally(() => (this.running = undefined));
  }

  private async runQuietly(): Promise<void> {
    try {
      await this.followZones.run(() => !this.isStopped);
    } catch (err) {
      this.log.warn({ err }, "coupons could not follow their channel's zone; it will be tried again");
    }
  }

  private async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
  }
}
