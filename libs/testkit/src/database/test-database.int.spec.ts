import { afterEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type MigrationSet, tenantTable } from '#platform';
import { newId } from '../new-id.js';
import { testServers } from '../test-servers.js';
import { testDatabase, type TestDatabase } from './test-database.js';

class Notes1790000000000 implements MigrationInterface {
  name = 'Notes1790000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE note (tenant_id uuid, id uuid, text text, PRIMARY KEY (tenant_id, id))');
    for (const statement of tenantTable('note')) await runner.query(statement);
  }

  async down(): Promise<void> {}
}

const set: MigrationSet = { service: 'catalog', migrations: [Notes1790000000000] };
const made: TestDatabase[] = [];
const make = async (): Promise<TestDatabase> => {
  const database = await testDatabase(set);
  made.push(database);
  return database;
};

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function addNote(client: pg.Client, tenantId: string): Promise<void> {
  await client.query("SELECT set_config('octopus.tenant_id', $1, false)", [tenantId]);
  await client.query('INSERT INTO note VALUES ($1, $2, $3)', [tenantId, newId(), 'hello']);
}

describe('testDatabase', () => {
  afterEach(async () => {
    await Promise.all(made.splice(0).map((database) => database.drop()));
  });

  it('gives each caller a migrated database of its own, from one template', async () => {
    const [one, other] = await Promise.all([make(), make()]);
    const tenantId = newId();
    await withClient(one.appUrl, (client) => addNote(client, tenantId));
    expect(await one.rows(tenantId, 'SELECT text FROM note')).toEqual([{ text: 'hello' }]);
    expect(await other.rows(tenantId, 'SELECT text FROM note')).toEqual([]);
  });

  it('gives the service a role that row-level security binds and that owns nothing', async () => {
    const database = await make();
    await withClient(database.appUrl, async (client) => {
      const tenantId = newId();
      await addNote(client, tenantId);
      const seen = async (): Promise<number> => (await client.query('SELECT FROM note')).rowCount ?? 0;
      expect(await seen()).toBe(1);
      await client.query("SELECT set_config('octopus.tenant_id', $1, false)", [newId()]);
      expect(await seen()).toBe(0);
      await expect(client.query('INSERT INTO note VALUES ($1, $2)', [tenantId, newId()])).rejects.toThrow(
        /row-level security/,
      );
      await expect(client.query('ALTER TABLE note DISABLE ROW LEVEL SECURITY')).rejects.toThrow(/owner/);
      await expect(client.query('CREATE TABLE another ()')).rejects.toThrow(/permission denied/);
    });
  });

  it('lets no role of one set into the database of another', async () => {
    const [catalog, bare] = [await make(), await testDatabase({ service: 'scheduler', migrations: [] })];
    made.push(bare);
    const url = new URL(catalog.appUrl);
    url.pathname = `/${bare.name}`;
    await expect(withClient(url.href, (client) => client.query('SELECT 1'))).rejects.toThrow(
      /permission denied/,
    );
  });

  it("moves the database's clock, and sets it right again, in transactions that follow", async () => {
    const database = await make();
    await withClient(database.appUrl, async (client) => {
      const ahead = async (): Promise<number> => {
        const { rows } = await client.query<{ ms: number }>(
          'SELECT extract(epoch FROM octopus_now() - clock_timestamp())::float8 * 1000 AS ms',
        );
        return rows[0]?.ms ?? NaN;
      };
      expect(Math.abs(await ahead())).toBeLessThan(10_000);
      await database.shiftClock(3_600_000);
      expect(Math.abs((await ahead()) - 3_600_000)).toBeLessThan(10_000);
      await database.shiftClock(-300_000);
      expect(Math.abs((await ahead()) + 300_000)).toBeLessThan(10_000);
      await database.shiftClock(0);
      expect(Math.abs(await ahead())).toBeLessThan(10_000);
    });
  });

  it('is gone after drop, also with a connection left open', async () => {
    const database = await testDatabase(set);
    const forgotten = new pg.Client({ connectionString: database.appUrl });
    forgotten.on('error', () => undefined);
    await forgotten.connect();
    await database.drop();
    await withClient(testServers().postgresUrl, async (admin) => {
      const { rows } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [database.name]);
      expect(rows).toEqual([]);
    });
    await forgotten.end();
  });
});
