import { Injectable } from '@nestjs/common';
import { within } from '../clock/within.js';

export type HealthKind = 'live' | 'ready';

export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  /** Why not; absent when ok. */
  readonly reason?: string;
}

export interface HealthReport {
  readonly ok: boolean;
  readonly checks: readonly CheckResult[];
}

/** Milliseconds that one check may take before it counts as failed. */
const CHECK_TIME_LIMIT_MS = 2000;

/** What GET /health/live and GET /health/ready ask. A check throws (or rejects) when its subject is not well. */
@Injectable()
export class HealthChecks {
  readonly #checks: Record<HealthKind, Map<string, () => Promise<void>>> = {
    live: new Map(),
    ready: new Map(),
  };
  #draining = false;

  /** A name registered again replaces the former check. */
  register(name: string, check: () => Promise<void>, kind: HealthKind = 'ready'): void {
    this.#checks[kind].set(name, check);
  }

  /** From now on not ready: the process is about to stop, callers shall go elsewhere. */
  drain(): void {
    this.#draining = true;
  }

  /** Runs all checks of the kind side by side. */
  async run(kind: HealthKind, timeLimitMs = CHECK_TIME_LIMIT_MS): Promise<HealthReport> {
    const checks = await Promise.all(
      [...this.#checks[kind]].map(([name, check]) => outcome(name, check, timeLimitMs)),
    );
    if (kind === 'ready' && this.#draining)
      checks.push({ name: 'draining', ok: false, reason: 'the process is stopping' });
    return { ok: checks.every(({ ok }) => ok), checks };
  }
}

async function outcome(name: string, check: () => Promise<void>, timeLimitMs: number): Promise<CheckResult> {
  try {
    await within(timeLimitMs, check());
    return { name, ok: true };
  } catch (error) {
    return { name, ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}
