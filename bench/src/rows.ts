import { analyticsIngest, plainConsumer } from './scenarios/analytics-scenarios.js';
import { baseline, plainCommits } from './scenarios/baseline-scenarios.js';
import { dueDrift, dueRate, plainDueDrift, plainDueRate } from './scenarios/due-scenarios.js';
import {
  hotFull,
  hotLean,
  lowStock,
  manyCoupons,
  processes,
  soldOut,
  withoutRedis,
} from './scenarios/redemption-scenarios.js';
import { manageFirst, manageLast, manageSearch } from './scenarios/manage-scenarios.js';
import { scan, walletList } from './scenarios/wallet-scenarios.js';
import type { Sample, Scenario } from './scenarios/scenario.js';

/** One figure: a scenario's number beside that of another one from the same laps. */
export interface Row {
  readonly id: string;
  readonly what: string;
  readonly scenario: Scenario;
  readonly baseline?: Scenario;
  readonly figure: Figure;
  /** Of the ratio (or the difference); absent: shown for comparison. */
  readonly goal?: { readonly floor: number; readonly aim: number };
}

/** What is read off a sample, and how two of them are compared. */
export interface Figure {
  readonly unit: string;
  readonly of: (sample: Sample) => number;
  readonly compare: 'ratio' | 'difference';
  readonly better: 'higher' | 'lower';
}

const rate: Figure = { unit: 'requests/s', of: (s) => s.perSecond, compare: 'ratio', better: 'higher' };
const p99: Figure = { unit: 'ms, p99', of: (s) => s.p99, compare: 'ratio', better: 'lower' };
const p50: Figure = { unit: 'ms, p50', of: (s) => s.p50, compare: 'difference', better: 'lower' };

const slower: Figure = { unit: 'ms, p50', of: (s) => s.p50, compare: 'ratio', better: 'lower' };

const memory: Figure = { unit: 'MB', of: (s) => s.memory, compare: 'ratio', better: 'lower' };
const readyAfter: Figure = { unit: 'ms', of: (s) => s.readyAfter, compare: 'ratio', better: 'lower' };

const noop2 = baseline('noop-2', 'noop', 2);
const announced: Figure = { ...rate, unit: 'facts/s' };
const drift: Figure = { unit: 'ms, p99', of: (s) => s.p99, compare: 'difference', better: 'lower' };

const noop8 = baseline('noop-8', 'noop', 8);
const noop64 = baseline('noop-64', 'noop', 64);
const noopAgain = baseline('a-a', 'noop', 64);
const noop256 = baseline('noop-256', 'noop', 256);
const naive = baseline('naive', 'naive', 64);
const evalCommit = baseline('eval-commit', 'eval-commit', 64);
const redisOnly = baseline('redis-only', 'redis-only', 64);
const [lean8, lean64, lean256] = [hotLean(8), hotLean(64), hotLean(256)];
const [oneBehind, threeBehind] = [processes(1, 'front-door'), processes(3, 'front-door')];

/** In the order of the table; laps run the scenarios in the order in which they are first named here. */
export const rows: readonly Row[] = [
  row('a-a', 'the no-op against itself: the noise of this machine', rate, noopAgain, noop64),
  row('hot-lean-64', 'one hot coupon, lean, of the no-op', rate, lean64, noop64, 0.5, 0.7),
  row('hot-lean-256', 'the same at 256 connections', rate, lean256, noop256, 0.6, 0.85),
  row(
    'hot-full-64',
    'one hot coupon with cooldown, price, bonus, units',
    rate,
    hotFull(64),
    noop64,
    0.4,
    0.6,
  ),
  row('hot-full-256', 'the same at 256 connections', rate, hotFull(256), noop256, 0.5, 0.7),
  row('coupons-1000', '1,000 coupons, lean, of the no-op', rate, manyCoupons, noop64, 0.4, 0.6),
  row('sold-out', 'sold-out refusals, of the no-op', rate, soldOut, noop64, 0.7, 0.9),
  row('naive', 'one hot coupon against a transaction per request', rate, lean64, naive, 10, 15),
  row('eval-commit', 'against Redis EVAL, then one commit each', rate, lean64, evalCommit, 1.5, 2.5),
  row('redis-only', 'against Redis alone, nothing kept', rate, lean64, redisOnly),
  row('pg-loop', 'against rows committed one by one by a plain client', rate, lean64, plainCommits),
  row('p99-64', 'p99 at 64 connections, of the no-op', p99, lean64, noop64, 2.5, 1.5),
  row('p50-8', 'p50 at 8 connections above the no-op', p50, lean8, noop8, 2, 1),
  row(
    'redis-down',
    'Redis down, of with Redis, where it is asked',
    rate,
    withoutRedis('down'),
    lowStock,
    0.95,
    1,
  ),
  row('redis-frozen', 'the same with Redis frozen', rate, withoutRedis('frozen'), lowStock, 0.95, 1),
  row('affinity-3', '3 processes behind the front door, of one', rate, threeBehind, oneBehind, 0.9, 1),
  row('wallet-list', "a page of 20 of a channel's 50 coupons, of the no-op", rate, walletList, noop64),
  row('wallet-p99', 'p99 of the same, of the no-op', p99, walletList, noop64),
  row(
    'manage-list',
    'the first page of 100,000 coupons above the no-op, 2 connections',
    p50,
    manageFirst,
    noop2,
    5,
    3,
  ),
  row('manage-last', 'the last page of them, of the first', slower, manageLast, manageFirst, 1.3, 1.1),
  row(
    'manage-search',
    'a page of those with a word in the name above the no-op',
    p50,
    manageSearch,
    noop2,
    8,
    5,
  ),
  row('scan', 'codes of phones scanned at a till, of the no-op', rate, scan, noop64),
  row(
    'analytics-ingest',
    'facts counted by the catalog, of a plain kafkajs consumer that only counts',
    { ...rate, unit: 'facts/s' },
    analyticsIngest,
    plainConsumer,
    0.3,
    0.5,
  ),
  row('memory', 'memory of the process after its load, of the baselines process', memory, lean64, noop64),
  row('start-up', 'from start to ready, of the baselines process', readyAfter, lean64, noop64),
  row(
    'due-rate',
    'instants announced by 2 schedulers, of a loop that forgets',
    announced,
    dueRate,
    plainDueRate,
  ),
  row(
    'due-drift',
    'from instant to reader at 500/s, above the same loop',
    drift,
    dueDrift,
    plainDueDrift,
    1_000,
    250,
  ),
  row('spread-3', '3 processes without affinity, of one', rate, processes(3, 'spread'), lean64),
];

function row(
  id: string,
  what: string,
  figure: Figure,
  scenario: Scenario,
  baselineScenario?: Scenario,
  floor?: number,
  aim?: number,
): Row {
  return {
    id,
    what,
    figure,
    scenario,
    ...(baselineScenario && { baseline: baselineScenario }),
    ...(floor !== undefined && aim !== undefined && { goal: { floor, aim } }),
  };
}
