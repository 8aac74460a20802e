import { Log, Shutdown } from '#platform';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { RemoveUnusedImages } from '../remove-unused-images.js';

const EVERY_MS = 10 * 60_000;

/** Looks for images to remove from time to time, one run at a time, and stops with the process. */
@Injectable()
export class RemoveUnusedImagesJob implements OnApplicationBootstrap {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly removeUnused: RemoveUnusedImages,
    private readonly log: Log,
    shutdown: Shutdown,
  ) {
    shutdown.register('jobs', 'removal of unused images', () => this.stop());
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
      const removed = await this.removeUnused.run(() => !this.isStopped);
      if (removed > 0) this.log.info({ removed }, 'images that no coupon uses were removed');
    } catch (err) {
      this.log.warn({ err }, 'unused images could not be removed; it will be tried again');
    }
  }

  private async stop(): Promise<void> {
    this.isStopped = true;
    clearInterval(this.timer);
    await this.running;
  }
}
