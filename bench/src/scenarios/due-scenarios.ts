import { setTimeout as sleep } from 'node:timers/promises';
import { testNamespace, type TestNamespace } from '#testkit';
import { plainDueLoop } from '../baselines/plain-due-loop.js';
import type { LoadResult } from '../load/plan.js';
import { DueReader } from '../measure/due-reader.js';
import { DueQueue, LEAD_MS } from '../stage/due-queue.js';
import type { Program } from '../stage/program.js';
import type { Stage } from '../stage/stage.js';
import type { PreparedRun, Scenario } from './scenario.js';

const PER_SECOND = 500;
const REPLICAS = 2;

/** A million instants: filled once, and every lap takes some. */
const queues = {
  overdue: once(() => DueQueue.filled('-2 days')),
  toCome: once(() => DueQueue.filled('365 days')),
};

/** Two replicas work off a million instants that have passed. */
export const dueRate = due('due-rate', queues.overdue, withReplicas, takeWhatThereIs);
export const plainDueRate = due('plain-due-rate', queues.overdue, withLoops, takeWhatThereIs);

/** 500 instants come a second, among a million to come. */
export const dueDrift = due('due-drift', queues.toCome, withReplicas, takeAsItComes);
export const plainDueDrift = due('plain-due-drift', queues.toCome, withLoops, takeAsItComes);

interface Workers {
  readonly programs: readonly Program[];
  stop(): Promise<void>;
}
type Start = (stage: Stage, queue: DueQueue, namespace: TestNamespace) => Promise<Workers>;
type Take = (reader: DueReader, queue: DueQueue, seconds: number) => Promise<LoadResult>;

function due(id: string, queueOf: () => Promise<DueQueue>, start: Start, take: Take): Scenario {
  return {
    id,
    prepare: async (stage): Promise<PreparedRun> => {
      await stage.rest();
      const queue = await queueOf();
      // Topics of their own: redemption knows none of these coupons.
      const namespace = await testNamespace();
      const reader = await DueReader.start(namespace);
      const workers = await start(stage, queue, namespace);
      const [subject] = workers.programs;
      return {
        plan: { ports: [], connections: REPLICAS, path: '', couponIds: [''], spread: 'one-after-another' },
        instead: (seconds) => take(reader, queue, seconds),
        expected: 'announced',
        ...(subject && { subject }),
        programs: { node: workers.programs.map(({ pid }) => pid) },
        // The plain loop promises nothing.
        check: async () =>
          subject === undefined || reader.doubled === 0 ? [] : [`${reader.doubled} facts came twice`],
        after: async () => {
          await workers.stop();
          await reader.stop();
          await namespace.stop();
        },
      };
    },
  };
}

async function withReplicas(stage: Stage, { database }: DueQueue, { env }: TestNamespace): Promise<Workers> {
  const starts = Array.from({ length: REPLICAS }, () => stage.startScheduler(database.appUrl, env));
  const programs = await Promise.all(starts);
  return { programs, stop: async () => void (await Promise.all(programs.map((program) => program.stop()))) };
}

async function withLoops(_stage: Stage, { database }: DueQueue, namespace: TestNamespace): Promise<Workers> {
  let over = false;
  const loops = Array.from({ length: REPLICAS }, () => plainDueLoop(database.appUrl, namespace, () => over));
  const stop = async () => {
    over = true;
    await Promise.all(loops);
  };
  return Promise.resolve({ programs: [], stop });
}

/** Long enough for both to be at work and for the reader to have joined. */
const SETTLED_AFTER_MS = 2_000;

async function takeWhatThereIs(reader: DueReader, _queue: DueQueue, seconds: number): Promise<LoadResult> {
  await sleep(SETTLED_AFTER_MS);
  const before = reader.late.length;
  const startedAt = performance.now();
  await sleep(seconds * 1_000);
  return resultOf((performance.now() - startedAt) / 1_000, reader.late.length - before, []);
}

async function takeAsItComes(reader: DueReader, queue: DueQueue, seconds: number): Promise<LoadResult> {
  await sleep(SETTLED_AFTER_MS);
  reader.late = [];
  await queue.add(PER_SECOND, seconds);
  await sleep(LEAD_MS + seconds * 1_000 + 1_500);
  const { late } = reader;
  const missing = PER_SECOND * seconds - late.length;
  return resultOf(seconds, late.length, late, missing);
}

function resultOf(seconds: number, answers: number, late: readonly number[], missing = 0): LoadResult {
  const sorted = late.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  const tally = { announced: answers, ...(missing > 0 && { missing }) };
  return { seconds, answers, tally, p50: at(0.5), p99: at(0.99), errors: [] };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
