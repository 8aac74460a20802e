import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cloneRoot } from '#servers';
import { newId, testDatabase, testNamespace } from '#testkit';
import { migrationSet } from '../../../services/catalog/src/store/migrations/index.js';
import type { LoadResult } from '../load/plan.js';
import { tellRedemptions } from '../stage/redemption-facts.js';
import type { Stage } from '../stage/stage.js';
import type { PreparedRun, Scenario } from './scenario.js';

const WARM_UP = 10_000;
const FACTS_PER_SECOND = 12_000;
const TOPIC = 'redemption.redemption.v1';

/** How many facts a consumer that was stopped has taken in since it was let go on. */
type Taken = () => Promise<number>;

/** The catalog's analytics: into inbox, journal and read model, all of it committed. */
export const analyticsIngest: Scenario = {
  id: 'analytics-ingest',
  prepare: async (stage) => {
    const [database, namespace] = await Promise.all([
      testDatabase(migrationSet),
      testNamespace({ asInProduction: true }),
    ]);
    const program = await stage.startCatalog(database.appUrl, namespace.env);
    const tenantId = newId();
    const taken: Taken = async () => {
      const [row] = await database.rows<{ n: number }>(
        tenantId,
        `SELECT coalesce(sum(amount), 0)::int AS n FROM analytics_total WHERE tenant_id = $1 AND metric = 'redemptions'`,
        [tenantId],
      );
      return row?.n ?? 0;
    };
    await tellRedemptions(namespace, tenantId, WARM_UP);
    await untilTaken(taken, WARM_UP);
    return {
      ...ingest(program.pid, taken, (count) => tellRedemptions(namespace, tenantId, count)),
      subject: program,
      programs: { node: [program.pid] },
      check: async ({ answers }) => {
        const counted = await taken();
        const [row] = await database.rows<{ n: number }>(
          tenantId,
          'SELECT coalesce(sum(redeemed), 0)::int AS n FROM analytics_reach WHERE tenant_id = $1',
          [tenantId],
        );
        const expected = WARM_UP + answers;
        return counted === expected && row?.n === expected
          ? []
          : [`${expected} facts, but ${counted} are counted and ${row?.n} are users'`];
      },
      after: async () => {
        await program.stop();
        await namespace.stop();
        await database.drop();
      },
    };
  },
};

/** What Kafka and kafkajs allow here: a consumer that counts in memory and keeps nothing. */
export const plainConsumer: Scenario = {
  id: 'plain-consumer',
  prepare: async (stage: Stage) => {
    const namespace = await testNamespace({ asInProduction: true });
    const file = join(cloneRoot(), 'dist', 'bench/src/baselines/counting-consumer.js');
    const brokers = stage.servers.servers.kafkaBrokers.join(',');
    const topic = `${namespace.namespace}.${TOPIC}`;
    const child = fork(file, [brokers, `${namespace.namespace}.plain`, topic], { execArgv: [] });
    let count = -1;
    child.on('message', (told) => (count = Number(told)));
    const taken: Taken = async () => count;
    await untilTaken(taken, 0);
    const tenantId = newId();
    await tellRedemptions(namespace, tenantId, WARM_UP);
    await untilTaken(taken, WARM_UP);
    return {
      ...ingest(pidOf(child), taken, (facts) => tellRedemptions(namespace, tenantId, facts)),
      programs: { node: [pidOf(child)] },
      check: async () => [],
      after: async () => {
        child.kill();
        await namespace.stop();
      },
    };
  },
};

/** The process sleeps while the facts are written, so that writing them costs it nothing; the clock runs from its waking. */
function ingest(
  pid: number,
  taken: Taken,
  tell: (count: number) => Promise<void>,
): Pick<PreparedRun, 'plan' | 'instead' | 'expected'> {
  return {
    plan: { ports: [], connections: 1, path: '', couponIds: [''], spread: 'one-after-another' },
    expected: '201',
    instead: async (seconds): Promise<LoadResult> => {
      const count = seconds * FACTS_PER_SECOND;
      process.kill(pid, 'SIGSTOP');
      try {
        await tell(count);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      const startedAt = performance.now();
      await untilTaken(taken, WARM_UP + count);
      const took = (performance.now() - startedAt) / 1_000;
      return { seconds: took, answers: count, tally: { 201: count }, p50: 0, p99: 0, errors: [] };
    },
  };
}

async function untilTaken(taken: Taken, count: number): Promise<void> {
  const until = performance.now() + 60_000;
  while ((await taken()) < count) {
    if (performance.now() > until)
      throw new Error(`${await taken()} of ${count} facts were taken in a minute`);
    await sleep(10);
  }
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the counting consumer did not start');
  return pid;
}
