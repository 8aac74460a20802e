import type { LoadPlan, LoadResult } from '../load/plan.js';
import type { CpuSources } from '../measure/cpu.js';
import type { Program } from '../stage/program.js';
import type { Stage } from '../stage/stage.js';

/** One way of loading the system, run once in every lap. */
export interface Scenario {
  readonly id: string;
  readonly prepare: (stage: Stage, run: RunNeeds) => Promise<PreparedRun>;
}

export interface RunNeeds {
  readonly seconds: number;
  /** Coupons that each user may redeem once suffice for so many requests. */
  readonly couponsFor: (perSecond: number) => number;
}

export interface PreparedRun {
  readonly plan: Omit<LoadPlan, 'seconds' | 'keyPrefix'>;
  /** Instead of the plan: for what is not asked over HTTP. */
  readonly instead?: (seconds: number) => Promise<LoadResult>;
  /** The program whose memory and start are noted. */
  readonly subject?: Program;
  /** The only answer that may come. */
  readonly expected: string;
  /** Our own programs, by their names in the ledger; the servers are added. */
  readonly programs: CpuSources;
  /** Processes that must have been at work, or the run proves nothing. */
  readonly busy?: readonly string[];
  /** Waits until what the run has left to do is done. */
  readonly settle?: () => Promise<void>;
  /** What the databases hold against what was answered; one line per contradiction. */
  readonly check: (result: LoadResult) => Promise<string[]>;
  /** Sets right what this scenario has disturbed. */
  readonly after?: () => Promise<void>;
}

/** What one run of a scenario has shown. */
export interface Sample {
  readonly answers: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of CPU per answer, by process, what was done after the last answer included. */
  readonly cpu: Readonly<Record<string, number>>;
  /** Facts still to be published when the last answer had come. */
  readonly backlog: number;
  /** Megabytes held by the subject after the run. */
  readonly memory: number;
  /** Milliseconds from the subject's start to its being ready. */
  readonly readyAfter: number;
  readonly problems: readonly string[];
}
