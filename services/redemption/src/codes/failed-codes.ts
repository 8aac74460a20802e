import { Injectable } from '@nestjs/common';
import { Clock, Metrics, type Principal, RedisConnection, RedisScript } from '#platform';
import { RedemptionConfig } from '../config.js';
import { type Failures, FailureWindows } from './failure-windows.js';

const WINDOW_MS = 10 * 60_000;

const script = RedisScript.load(import.meta.url, './scripts/count-failures-2.lua');

/** Failures of one caller, and of all callers of the tenant. */
interface Counted {
  readonly caller: Failures;
  readonly tenant: Failures;
}

/**
 * Nobody shall guess codes (docs/qr-codes.md). Redis counts for all processes; this process counts as well, which is all
 * there is while Redis is away. A code that is accepted counts for nothing.
 */
@Injectable()
export class FailedCodes {
  private readonly callers = new FailureWindows(WINDOW_MS);
  /** Apart from the callers, who come and go by the thousand and would push a tenant's count out. */
  private readonly tenants = new FailureWindows(WINDOW_MS);
  private readonly perCaller: number;
  private readonly perTenant: number;
  private readonly failures;

  constructor(
    private readonly redis: RedisConnection,
    private readonly clock: Clock,
    config: RedemptionConfig,
    metrics: Metrics,
  ) {
    this.perCaller = config.REDEMPTION_CODE_FAILURES;
    this.perTenant = config.REDEMPTION_CODE_FAILURES_TENANT;
    this.failures = metrics.counter('redemption_codes_failed_total', 'Codes malformed or not genuine', []);
  }

  /** Seconds that this caller has to wait; undefined = may try. */
  async wait(principal: Principal): Promise<number | undefined> {
    return this.secondsToWait(await this.count(principal, false));
  }

  /** One more failure. @returns as `wait`, this failure counted */
  async add(principal: Principal): Promise<number | undefined> {
    this.failures.inc();
    return this.secondsToWait(await this.count(principal, true), 1);
  }

  /**
   * Above the tenant's bound everybody waits who has failed in the window, and nobody else: one who guesses from many
   * accounts does not close the tills of those who do not.
   * @param justFailed 1 when the failure that is being answered is among those counted
   */
  private secondsToWait({ caller, tenant }: Counted, justFailed = 0): number | undefined {
    const [byCaller, byTenant] = [caller.count - justFailed, tenant.count - justFailed];
    if (byCaller >= this.perCaller) return Math.ceil(caller.leftMs / 1_000);
    if (byCaller > 0 && byTenant >= this.perTenant) return Math.ceil(tenant.leftMs / 1_000);
    return undefined;
  }

  private async count({ tenantId, subject }: Principal, adds: boolean): Promise<Counted> {
    const names = { caller: `failed-codes:{${tenantId}}:${subject}`, tenant: `failed-codes:{${tenantId}}` };
    const now = this.clock.now().getTime();
    const here = {
      caller: adds ? this.callers.add(names.caller, now) : this.callers.get(names.caller, now),
      tenant: adds ? this.tenants.add(names.tenant, now) : this.tenants.get(names.tenant, now),
    };
    const there = await this.countInRedis([names.caller, names.tenant], adds);
    return there === undefined
      ? here
      : { caller: larger(here.caller, there.caller), tenant: larger(here.tenant, there.tenant) };
  }

  private async countInRedis(names: readonly string[], adds: boolean): Promise<Counted | undefined> {
    if (!this.redis.isReady) return undefined;
    const keys = names.map((name) => this.redis.key(name));
    try {
      const answer = await script.run(this.redis.client, keys, [adds ? '1' : '0', String(WINDOW_MS)]);
      const [byCaller = 0, callerMs = 0, byTenant = 0, tenantMs = 0] = answer as number[];
      return { caller: { count: byCaller, leftMs: callerMs }, tenant: { count: byTenant, leftMs: tenantMs } };
    } catch {
      // Away, frozen or full: this process's own count holds.
      return undefined;
    }
  }
}

function larger(a: Failures, b: Failures): Failures {
  return a.count > b.count ? a : b;
}
