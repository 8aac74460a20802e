import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Log, Shutdown } from '#platform';
import { TellRefusals } from '../refusals/tell-refusals.js';

/** How late a minute may be closed: as many milliseconds of the next one may be counted with it. */
const EVERY_MS = 1_000;

/** Every process tells of its own refusals: each minute's when it is over, the last ones when it stops. */
@Injectable()
export class TellRefusalsJob {
  private running: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly tellRefusals: TellRefusals,
    private readonly log: Log,
    shutdown: Shutdown,
  ) {
    // Requests have been answered before this stage begins.
    shutdown.register('jobs', 'counted refusals', async () => {
      this.isStopped = true;
      await this.running;
      await this.tellRefusals.finish();
    });
  }

  @Interval(EVERY_MS)
  wake(): void {
    if (this.isStopped) return;
    this.running ??= this.run().finally(() => (this.running = undefined));
  }

  private async run(): Promise<void> {
    try {
      await this.tellRefusals.run();
    } catch (err) {
      this.log.warn({ err }, 'counted refusals could not be written; trying again at the next wake-up');
    }
  }
}
