import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Log, Shutdown } from '#platform';
import { TellRefusals } from '../refusals/tell-refusals.js';
import { WakeUp } from './wake-up.js';

/** How late a minute may be closed: as many milliseconds of the next one may be counted with it. */
const EVERY_MS = 1_000;

/** Every process tells of its own refusals: each minute's when it is over, the last ones when it stops. */
@Injectable()
export class TellRefusalsJob {
  private readonly wakeUp;

  constructor(tellRefusals: TellRefusals, log: Log, shutdown: Shutdown) {
    this.wakeUp = new WakeUp(
      {
        name: 'counted refusals',
        failed: 'counted refusals could not be written; trying again at the next wake-up',
        work: () => tellRefusals.run(),
        // Requests have been answered before this stage begins.
        finish: () => tellRefusals.finish(),
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
