import { type LivingChild, type Servers, isAlive } from '#servers';
import { howItEnded } from './program.js';

/** The order in which layers are stopped: nobody loses what it still needs. */
const stopOrder = ['front door', 'services', 'issuer', 'servers'] as const;
export type Layer = (typeof stopOrder)[number];

/** How long a program may take for a clean stop before it is killed. */
const GRACE_MS = 10_000;

/** Everything that has been started: stopped in order at the end, and watched until then. */
export class LifeLine {
  readonly #stops = new Map<Layer, (() => Promise<void>)[]>();
  #stopping: Promise<void> | undefined;
  #reportDeath: (message: string) => void = () => undefined;
  #watch: NodeJS.Timeout | undefined;

  /** Resolves with a message when something of ours has ended without being asked to; never rejects. */
  readonly death = new Promise<string>((resolve) => (this.#reportDeath = resolve));

  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  async addServers(servers: Servers): Promise<void> {
    await this.#add('servers', () => servers.stop());
    this.#watch = setInterval(() => {
      const dead = servers.pids.find((pid) => !isAlive(pid));
      if (dead === undefined || this.isStopping) return;
      this.#reportDeath(`PostgreSQL, Redis or Kafka stopped unexpectedly (it was process ${dead})`);
    }, 1_000);
  }

  async addProgram(layer: Layer, name: string, child: LivingChild): Promise<void> {
    void child.exited.then(async () => {
      if (!this.isStopping) this.#reportDeath(await howItEnded(name, child));
    });
    await this.#add(layer, () => child.stop('SIGTERM', GRACE_MS));
  }

  /** Stops layer by layer; a second call waits for the first. What is added from now on is stopped at once. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopLayers();
    return this.#stopping;
  }

  async #add(layer: Layer, stop: () => Promise<void>): Promise<void> {
    if (this.isStopping) return stop();
    this.#stops.set(layer, [...(this.#stops.get(layer) ?? []), stop]);
  }

  async #stopLayers(): Promise<void> {
    clearInterval(this.#watch);
    for (const layer of stopOrder) {
      await Promise.allSettled((this.#stops.get(layer) ?? []).map((stop) => stop()));
    }
  }
}
