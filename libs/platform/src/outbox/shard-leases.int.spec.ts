import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { eventually, testDatabase, type TestDatabase } from '#testkit';
import { ShardLeases } from './shard-leases.js';

describe('ShardLeases', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  /** Milliseconds on the processes' monotonic clock; the server's own goes on by itself. */
  let now = 0;
  const times = { ttlMs: 10_000, renewMs: 2_500 };
  const relay = () => new ShardLeases(pool, times, () => now);

  beforeAll(async () => {
    database = await testDatabase({ service: 'targeting', migrations: [] });
    pool = database.ownerPool();
  });
  beforeEach(async () => {
    now = 0;
    await pool.query('UPDATE outbox_lease SET owner = NULL');
    await pool.query('DELETE FROM outbox_relay');
  });
  afterAll(() => database?.drop());

  it('gives all shards to the only relay, and never one to two', async () => {
    const [one, two, three] = [relay(), relay(), relay()];
    await one.keep();
    expect([...one.held()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (let round = 0; round < 4; round += 1) {
      now += times.renewMs;
      for (const leases of [one, two, three]) await leases.keep();
      const all = [one, two, three].flatMap((leases) => [...leases.held()]);
      expect(new Set(all).size).toBe(all.length);
    }
    expect([one, two, three].map((leases) => leases.held().length).sort()).toEqual([2, 3, 3]);
  });

  it('never gives a shard to two that ask at the same moment', async () => {
    const wide = new pg.Pool({ connectionString: database.ownerUrl, max: 8 });
    const blocker = await pool.connect();
    try {
      const relays = Array.from({ length: 6 }, () => new ShardLeases(wide, times, () => now));
      await blocker.query('BEGIN');
      await blocker.query('SELECT FROM outbox_lease FOR UPDATE');
      // All of them have seen the same free shards when the first may take one.
      const kept = Promise.all(relays.map((leases) => leases.keep()));
      await eventually(async () => {
        const { rowCount } = await pool.query(
          `SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'UPDATE outbox_lease%'`,
        );
        expect(rowCount).toBe(6);
      });
      await blocker.query('COMMIT');
      await kept;
      const all = relays.flatMap((leases) => [...leases.held()]);
      expect(new Set(all).size).toBe(all.length);
      expect(all.length).toBeGreaterThan(0);
    } finally {
      blocker.release();
      await wide.end();
    }
  });

  it('knows, without asking, that its leases have run out', async () => {
    const one = relay();
    await one.keep();
    now = times.ttlMs * 0.9 - 1;
    expect(one.held()).toHaveLength(8);
    expect([one.held(1), one.held(0)].map((shards) => shards.length)).toEqual([0, 8]);
    now = times.ttlMs * 0.9;
    expect(one.held()).toEqual([]);
  });

  it('finds after a stop that another has taken its shards', async () => {
    const stopped = relay();
    await stopped.keep();
    await pool.query(`UPDATE outbox_lease SET expires_at = clock_timestamp() - interval '1 s'`);
    await pool.query(`UPDATE outbox_relay SET expires_at = clock_timestamp() - interval '1 s'`);
    const other = relay();
    await other.keep();
    expect(other.held()).toHaveLength(8);
    now = times.ttlMs;
    expect(stopped.held()).toEqual([]);
    await stopped.keep();
    expect(stopped.held()).toEqual([]);
  });

  it('asks only when it is due', async () => {
    const one = relay();
    await one.keep();
    await pool.query('UPDATE outbox_lease SET owner = NULL');
    now = times.renewMs - 1;
    await one.keep();
    expect((await pool.query('SELECT FROM outbox_lease WHERE owner IS NOT NULL')).rowCount).toBe(0);
    now = times.renewMs;
    await one.keep();
    expect((await pool.query('SELECT FROM outbox_lease WHERE owner = $1', [one.id])).rowCount).toBe(8);
  });

  it('gives them back', async () => {
    const [one, two] = [relay(), relay()];
    await one.keep();
    await one.release();
    expect(one.held()).toEqual([]);
    await two.keep();
    expect(two.held()).toHaveLength(8);
  });
});
