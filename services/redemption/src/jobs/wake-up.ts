import type { Log, Shutdown } from '#platform';

/** What a wake-up job is: only when; whether there is anything to do, and for whom, its work finds out. */
export interface WakeUpJob {
  /** As the log names it at shutdown. */
  readonly name: string;
  /** What is told when the work fails; it is tried again at the next wake-up. */
  readonly failed: string;
  /** @param mayGoOn false as soon as the process is to stop: asked between pieces of long work */
  readonly work: (mayGoOn: () => boolean) => Promise<void>;
  /** Once, after the work under way has ended at shutdown. */
  readonly finish?: () => Promise<void>;
}

/** Runs work at each wake-up, one run at a time; never throws, and stops with the process. */
export class WakeUp {
  private running: Promise<void> | undefined;
  private isStopped = false;

  constructor(
    private readonly job: WakeUpJob,
    private readonly log: Log,
    shutdown: Shutdown,
  ) {
    shutdown.register('jobs', job.name, async () => {
      this.isStopped = true;
      await this.running;
      await job.finish?.();
    });
  }

  wake(): void {
    if (this.isStopped) return;
    this.running ??= this.run().finally(() => (this.running = undefined));
  }

  private async run(): Promise<void> {
    try {
      await this.job.work(() => !this.isStopped);
    } catch (err) {
      this.log.warn({ err, job: this.job.name }, this.job.failed);
    }
  }
}
