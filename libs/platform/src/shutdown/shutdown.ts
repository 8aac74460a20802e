import { Injectable } from '@nestjs/common';
import { HealthChecks } from '../health/health-checks.js';
import { Log } from '../logging/log.js';

/** In this order, each one after the former has ended. */
export const shutdownStages = ['traffic', 'consumers', 'jobs', 'outbox', 'connections'] as const;
export type ShutdownStage = (typeof shutdownStages)[number];

/**
 * The orderly end of a process: not ready → traffic (callers have gone elsewhere, requests in flight end) → consumers
 * (the handler in flight ends) → jobs → outbox (the relay sends its batch) → connections. What a later stage provides,
 * the former ones may use until they have ended. Steps of one stage run side by side.
 */
@Injectable()
export class Shutdown {
  readonly #steps: { stage: ShutdownStage; name: string; stop: () => Promise<void> }[] = [];
  #running: Promise<void> | undefined;

  constructor(
    private readonly health: HealthChecks,
    private readonly log: Log,
  ) {}

  register(stage: ShutdownStage, name: string, stop: () => Promise<void>): void {
    this.#steps.push({ stage, name, stop });
  }

  /** true from the first moment of the end. */
  get begun(): boolean {
    return this.#running !== undefined;
  }

  /** `drainMs`: time between "not ready" and the first stage. Asked again, gives the same end. Never rejects. */
  run(drainMs: number): Promise<void> {
    this.#running ??= this.#run(drainMs);
    return this.#running;
  }

  async #run(drainMs: number): Promise<void> {
    this.health.drain();
    if (drainMs > 0) await new Promise((done) => setTimeout(done, drainMs));
    for (const stage of shutdownStages)
      await Promise.all(this.#steps.filter((step) => step.stage === stage).map((step) => this.#stop(step)));
  }

  /** One that fails must not keep the later ones from ending. */
  async #stop({ name, stop }: { name: string; stop: () => Promise<void> }): Promise<void> {
    try {
      await stop();
      this.log.debug({ step: name }, 'Stopped');
    } catch (err) {
      this.log.error({ err, step: name }, 'Could not be stopped in order');
    }
  }
}
