import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { checkNaive } from '../measure/outcome.js';
import type { Stage } from '../stage/stage.js';
import type { Scenario } from './scenario.js';

const AT_MOST_PER_SECOND = 30_000;

/** @param way path segment of the baseline (baselines/baselines.controller.ts) */
export function baseline(id: string, way: string, connections: number): Scenario {
  const isStored = way === 'naive' || way === 'eval-commit';
  return {
    id,
    prepare: async (stage, { couponsFor }) => {
      const program = await stage.oneBaselines();
      const couponIds = await stage.coupons.forBaselines(couponsFor(AT_MOST_PER_SECOND));
      return {
        plan: {
          ports: [program.port],
          connections,
          path: `/v1/coupons/:couponId/${way}`,
          couponIds,
          spread: 'one-after-another',
        },
        expected: '201',
        subject: program,
        programs: { node: [program.pid] },
        check: (result) => (isStored ? checkNaive(stage, couponIds, result) : Promise.resolve([])),
      };
    },
  };
}

const PG_CONNECTIONS = 16;

/** Rows that PostgreSQL commits one by one for a plain client: what an absolute rate on this machine is worth. */
export const plainCommits: Scenario = {
  id: 'pg-loop',
  prepare: async (stage) => ({
    plan: { ports: [], connections: PG_CONNECTIONS, path: '', couponIds: [''], spread: 'one-after-another' },
    instead: async (seconds) => {
      const startedAt = performance.now();
      const counts = await Promise.all(
        Array.from({ length: PG_CONNECTIONS }, () => commitUntil(stage, startedAt + seconds * 1000)),
      );
      const answers = counts.reduce((sum, count) => sum + count, 0);
      const took = (performance.now() - startedAt) / 1000;
      return { seconds: took, answers, tally: { 201: answers }, p50: 0, p99: 0, errors: [] };
    },
    expected: '201',
    programs: {},
    check: () => Promise.resolve([]),
  }),
};

async function commitUntil({ baselineDatabase, people }: Stage, until: number): Promise<number> {
  const client = new pg.Client({ connectionString: baselineDatabase.appUrl });
  await client.connect();
  const text = `INSERT INTO naive_redemption (tenant_id, coupon_id, user_id, redemption_id, key) VALUES ($1, $2, $3, $4, '')`;
  let count = 0;
  for (; performance.now() < until; count += 1)
    await client.query({
      name: 'insert',
      text,
      values: [people.tenantId, people.tenantId, people.tenantId, randomUUID()],
    });
  await client.end();
  return count;
}
