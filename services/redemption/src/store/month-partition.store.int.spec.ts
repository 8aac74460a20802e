import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { eventually, newId } from '#testkit';
import { RedemptionFixture } from '../../test/redemption-fixture.js';
import { MonthPartitionStore } from './month-partition.store.js';

const tables = ['addon_entry', 'point_entry', 'redemption'];

let fixture: RedemptionFixture;
beforeEach(async () => {
  fixture = await RedemptionFixture.open();
});
afterEach(() => fixture?.close());

const store = new MonthPartitionStore();
/** As the service's own role. */
const tx = () =>
  ({
    query: async (sql: string, values: unknown[]) => (await fixture.pool.query<object>(sql, values)).rows,
  }) as unknown as EntityManager;

async function addAll(monthsAhead: number): Promise<string[]> {
  const added: string[] = [];
  for (;;) {
    const one = await store.add(tx(), monthsAhead);
    if (one === undefined) return added;
    added.push(one);
  }
}

/** The start of the month so many months on, UTC. */
function month(on: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + on, 1));
}
const nameOf = (table: string, on: number): string =>
  `${table}_${month(on).toISOString().slice(0, 7).replace('-', '_')}`;

const redeemedAt = async (at: Date): Promise<string> => {
  const redemptionId = newId();
  await fixture.put('redemption', {
    redemption_id: redemptionId,
    coupon_id: newId(),
    coupon_version: 1,
    channel_id: newId(),
    user_id: newId(),
    redeemed_at: at,
    reservation_id: newId(),
  });
  return redemptionId;
};
const partitionOf = async (redemptionId: string): Promise<string | undefined> => {
  const rows = await fixture.rows<{ part: string }>(
    'SELECT tableoid::regclass::text AS part FROM redemption WHERE redemption_id = $1',
    [redemptionId],
  );
  return rows[0]?.part;
};
const strays = async (): Promise<number[]> => (await store.state(tx())).map((one) => one.strays);

describe('partitions by month', () => {
  it('are there for this month and three to come, and rows fall into them', async () => {
    expect(await store.state(tx())).toEqual(tables.map((name) => ({ name, strays: 0, monthsAhead: 3 })));
    for (const on of [0, 1, 3])
      expect(await partitionOf(await redeemedAt(month(on)))).toBe(nameOf('redemption', on));
    expect(await partitionOf(await redeemedAt(new Date(month(1).getTime() - 1)))).toBe(
      nameOf('redemption', 0),
    );
    expect(await partitionOf(await redeemedAt(new Date('2020-02-02T00:00:00Z')))).toBe('redemption_before');
    expect(await strays()).toEqual([0, 0, 0]);
  });

  it('are added one at a time, each once, whoever asks', async () => {
    expect(await addAll(3)).toEqual([]);
    const added = (await Promise.all([addAll(5), addAll(5), addAll(5)])).flat();
    added.push(...(await addAll(5)));
    const wanted = tables.flatMap((table) => [nameOf(table, 4), nameOf(table, 5)]);
    expect(added.toSorted()).toEqual(wanted.toSorted());
    expect(await store.state(tx())).toMatchObject(tables.map(() => ({ monthsAhead: 5 })));
  });

  it('that come late take along what fell into the default partition meanwhile', async () => {
    const [late, later] = [await redeemedAt(month(4)), await redeemedAt(month(6))];
    expect(await partitionOf(late)).toBe('redemption_default');
    expect(await strays()).toEqual([0, 0, 2]);
    await addAll(4);
    expect(await partitionOf(late)).toBe(nameOf('redemption', 4));
    expect(await partitionOf(later)).toBe('redemption_default');
    expect(await strays()).toEqual([0, 0, 1]);
  });

  it('have the indexes of their table, and its rows are still seen by their tenant alone', async () => {
    const redemptionId = await redeemedAt(month(2));
    const indexes = (name: string) =>
      fixture.rows(
        `SELECT count(*)::integer AS n FROM pg_index WHERE indrelid = to_regclass($1) AND indisvalid`,
        [name],
      );
    expect(await indexes(nameOf('redemption', 2))).toEqual(await indexes('redemption'));
    const others = await fixture.test.rows(newId(), 'SELECT FROM redemption WHERE redemption_id = $1', [
      redemptionId,
    ]);
    expect(others).toEqual([]);
    await expect(fixture.pool.query(`SELECT FROM ${nameOf('redemption', 2)}`)).rejects.toThrow(
      'permission denied',
    );
  });

  it('do not hold up whoever cannot wait: a table in use is left for the next time', async () => {
    const client = await fixture.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [fixture.tenantId]);
      await client.query('SELECT FROM redemption');
      await expect(store.add(tx(), 4)).rejects.toThrow('lock timeout');
      await client.query('ROLLBACK');
    } finally {
      client.release();
    }
    // PostgreSQL tells of an error before it lets go of the locks.
    const added: string[] = [];
    await eventually(async () => {
      added.push(...(await addAll(4)));
      expect(added).toHaveLength(3);
    });
  });
});

describe('rows that were there before the months', () => {
  it('stay where they are, and the months begin after them', async () => {
    const { test } = fixture;
    const { MonthPartitions1764000000060 } = await import('./migrations/1764000000060-month-partitions.js');
    const owner = await test.ownerPool().connect();
    try {
      const runner = { query: async (sql: string) => (await owner.query<object>(sql)).rows } as never;
      const migration = new MonthPartitions1764000000060();
      await migration.down(runner);
      for (const table of tables) {
        const { rows } = await owner.query<{ part: string }>(
          `SELECT relid::text AS part FROM pg_partition_tree($1) WHERE isleaf`,
          [table],
        );
        for (const { part } of rows) await owner.query(`DROP TABLE ${part}`);
        await owner.query(`CREATE TABLE ${table}_default PARTITION OF ${table} DEFAULT`);
      }
      const [old, lately] = [
        await redeemedAt(new Date('2025-05-05T00:00:00Z')),
        await redeemedAt(new Date()),
      ];
      const notices: (string | undefined)[] = [];
      owner.on('notice', ({ message }) => notices.push(message));
      await owner.query('SET client_min_messages = debug1');
      await migration.up(runner);
      await owner.query('RESET client_min_messages');
      // Proven before the lock was taken: attaching reads no row.
      expect(notices).toContain(
        'partition constraint for table "redemption_before" is implied by existing constraints',
      );
      expect(await fixture.rows(`SELECT FROM pg_constraint WHERE conname = 'before_month'`)).toEqual([]);
      await owner.query(`GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO PUBLIC`);
      expect([await partitionOf(old), await partitionOf(lately)]).toEqual([
        'redemption_before',
        'redemption_before',
      ]);
      // This month's last days count as the next one's.
      expect(await partitionOf(await redeemedAt(month(2)))).toBe(nameOf('redemption', 2));
      expect(await store.state(tx())).toEqual(tables.map((name) => ({ name, strays: 0, monthsAhead: 3 })));
      await migration.down(runner);
      await migration.up(runner);
      expect(await partitionOf(old)).toBe('redemption_before');
    } finally {
      owner.release();
    }
  });
});
