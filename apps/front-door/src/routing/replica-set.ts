import { rendezvousOrder } from './rendezvous.js';

/** How long a replica that refused a connection is passed over, in ms. */
const restMs = 2_000;

/** The replicas of one service and which of them to try first. */
export class ReplicaSet {
  readonly #restingUntil = new Map<string, number>();
  #turn = 0;

  /** @param now milliseconds of a clock that never steps back */
  constructor(
    readonly replicas: readonly string[],
    private readonly now: () => number,
  ) {}

  /**
   * All replicas in the order to try them: by rendezvous on `key`, else in turn. Those that refused a connection a
   * moment ago come last: they are asked only when every other one refuses, too.
   */
  order(key?: string): string[] {
    const wanted = key === undefined ? this.#inTurn() : rendezvousOrder(this.replicas, key);
    return [
      ...wanted.filter((replica) => !this.#rests(replica)),
      ...wanted.filter((replica) => this.#rests(replica)),
    ];
  }

  refused(replica: string): void {
    this.#restingUntil.set(replica, this.now() + restMs);
  }

  answered(replica: string): void {
    this.#restingUntil.delete(replica);
  }

  #rests(replica: string): boolean {
    return (this.#restingUntil.get(replica) ?? 0) > this.now();
  }

  #inTurn(): string[] {
    const start = this.#turn++ % this.replicas.length;
    return [...this.replicas.slice(start), ...this.replicas.slice(0, start)];
  }
}
