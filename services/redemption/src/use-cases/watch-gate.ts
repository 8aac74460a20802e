import { Injectable } from '@nestjs/common';
import { Log, RedisConnection, within } from '#platform';
import { epochKey } from '../redis/gate-keys.js';
import { RedemptionGate } from '../redis/redemption-gate.js';
import { RebuildGate } from './rebuild-gate.js';

/** Milliseconds that the probe waits; more than requests do, as nobody waits for it. */
const PROBE_LIMIT_MS = 500;

interface RedisState {
  readonly runId: string;
  /** undefined = none, or one that was made for another run of the server: an empty or restored Redis. */
  readonly epoch: string | undefined;
}

/** Asks, outside of requests, whether Redis answers and whether what it holds is ours; rebuilds it when it is not. */
@Injectable()
export class WatchGate {
  constructor(
    private readonly redis: RedisConnection,
    private readonly gate: RedemptionGate,
    private readonly rebuildGate: RebuildGate,
    private readonly log: Log,
  ) {}

  /** Never rejects. */
  async run(): Promise<void> {
    try {
      let state = await this.state();
      if (state.epoch === undefined) {
        this.gate.epoch = undefined;
        await this.rebuildGate.run(state.runId, async () => (await this.state()).epoch !== undefined);
        state = await this.state();
      }
      this.gate.epoch = state.epoch;
      if (state.epoch === undefined) return;
      this.gate.breaker.close();
      await this.rebuildGate.mend(this.gate.takeStrays());
    } catch (error) {
      if (!this.gate.breaker.isOpen) this.log.warn({ err: error }, 'Redis does not answer the probe');
      this.gate.breaker.failed();
    }
  }

  private async state(): Promise<RedisState> {
    const key = epochKey((name) => this.redis.key(name));
    const { client } = this.redis;
    const [value, info] = await within(PROBE_LIMIT_MS, Promise.all([client.get(key), client.info('server')]));
    const runId = /run_id:(\w+)/.exec(String(info))?.[1] ?? 'unknown';
    const [epoch, madeFor] = (value ?? '').split('@');
    // A failover or a restart from an old snapshot brings another run, whose numbers may be old.
    return { runId, epoch: epoch !== '' && madeFor === runId ? epoch : undefined };
  }
}
