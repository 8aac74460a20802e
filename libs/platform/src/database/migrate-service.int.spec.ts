import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createServiceDatabase, dropServiceDatabase, type ServiceDatabaseUrls } from '#servers';
import { testServers } from '#testkit';
import { type MigrationSet, migrateService } from './migrate-service.js';
import { tenantTable } from './tenant-table.js';

const sql = (name: string, ...statements: string[]): new () => MigrationInterface =>
  class {
    name = name;
    async up(runner: QueryRunner): Promise<void> {
      for (const statement of statements) await runner.query(statement);
    }
    async down(): Promise<void> {}
  };

const notes = sql(
  'Notes1790000000000',
  'CREATE TABLE note (tenant_id uuid, id uuid, PRIMARY KEY (tenant_id, id))',
  ...tenantTable('note'),
);
const base = [
  'CreateFunctions1767225600000',
  'CreateOutbox1767225600001',
  'CreateInbox1767225600002',
  'CreateIdempotencyKeys1767225600003',
  'CreateSubmittedRevisions1767225600004',
  'OutboxBundles1767225600005',
];

describe('migrateService', () => {
  const admin = () => testServers().postgresUrl;
  let names: { database: string; ownerRole: string; appRole: string };
  let urls: ServiceDatabaseUrls;
  let printed: string[];
  const set = (
    migrations: MigrationSet['migrations'] = [notes],
    queueTables: string[] = [],
  ): MigrationSet => ({
    service: 'catalog',
    migrations,
    queueTables,
  });
  const env = (changes: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    DATABASE_OWNER_URL: urls.ownerUrl,
    DATABASE_APP_ROLE: names.appRole,
    ...changes,
  });
  const migrate = (given = set(), environment = env()) =>
    migrateService(given, environment, (line) => printed.push(line));
  async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return client
      .query<Row>(text)
      .then(({ rows }) => rows)
      .finally(() => client.end());
  }

  beforeEach(async () => {
    printed = [];
    const name = `${testServers().prefix}-m${randomBytes(4).toString('hex')}`;
    names = { database: name, ownerRole: `${name}-o`, appRole: `${name}-a` };
    urls = await createServiceDatabase(admin(), names);
  });
  afterEach(() => dropServiceDatabase(admin(), names));

  it("applies the platform's migrations, then the service's, and says each", async () => {
    await migrate();
    expect(printed).toEqual([...base, 'Notes1790000000000'].map((name) => `catalog: applied ${name}`));
  });

  it('does nothing the second time, and later only what is new', async () => {
    await migrate();
    printed = [];
    await migrate();
    expect(printed).toEqual([]);
    const more = sql('More1790000000001', 'ALTER TABLE note ADD text text');
    await migrate(set([notes, more]));
    expect(printed).toEqual(['catalog: applied More1790000000001']);
  });

  it('lets jobs at the same time wait for each other', async () => {
    await Promise.all([migrate(), migrate(), migrate()]);
    expect(printed).toHaveLength(base.length + 1);
  });

  it('applies a migration whole or not at all', async () => {
    const broken = sql('Broken1790000000001', 'CREATE TABLE half (tenant_id uuid)', 'SELECT 1 / 0');
    await expect(migrate(set([notes, broken]))).rejects.toThrow(/division by zero/);
    expect(await query(urls.ownerUrl, `SELECT to_regclass('half') AS there`)).toEqual([{ there: null }]);
    await migrate();
  });

  it('gives the app role rows, sequences and functions, and not one right on the tables themselves', async () => {
    await migrate();
    await query(urls.appUrl, "INSERT INTO inbox VALUES ('c', gen_random_uuid())");
    await query(
      urls.appUrl,
      `SELECT nextval('outbox_seq'), octopus_now(), octopus_tenant_id(), outbox_shard('k')`,
    );
    await expect(query(urls.appUrl, 'CREATE TABLE mine ()')).rejects.toThrow(/permission denied/);
    await expect(query(urls.appUrl, 'ALTER TABLE outbox ADD x int')).rejects.toThrow(/owner/);
    await expect(query(urls.appUrl, 'DELETE FROM schema_migration')).rejects.toThrow(/permission denied/);
  });

  it('refuses a table without row-level security, and takes it as a named queue', async () => {
    const bare = sql('Bare1790000000000', 'CREATE TABLE due (id uuid PRIMARY KEY)');
    await expect(migrate(set([bare]))).rejects.toThrow(/without row-level security: due; run tenantTable/);
    await migrate(set([bare], ['due']));
  });

  it('refuses a table whose owner would be above its policy', async () => {
    const unforced = sql(
      'Unforced1790000000000',
      'CREATE TABLE note (tenant_id uuid PRIMARY KEY)',
      'ALTER TABLE note ENABLE ROW LEVEL SECURITY',
    );
    await expect(migrate(set([unforced]))).rejects.toThrow(/without row-level security: note/);
  });

  it('refuses an app role that row-level security would not bind', async () => {
    const asOwner = env({ DATABASE_APP_ROLE: names.ownerRole });
    await expect(migrate(set(), asOwner)).rejects.toThrow(/owns the tables/);
    const asNobody = env({ DATABASE_APP_ROLE: 'nobody-here' });
    await expect(migrate(set(), asNobody)).rejects.toThrow(/there is no role nobody-here/);
    await query(admin(), `ALTER ROLE "${names.appRole}" BYPASSRLS`);
    await expect(migrate()).rejects.toThrow(/BYPASSRLS/);
    expect(printed).toEqual([]);
  });

  it('names the variable that is missing', async () => {
    await expect(migrate(set(), env({ DATABASE_OWNER_URL: '' }))).rejects.toThrow(
      /DATABASE_OWNER_URL is not set/,
    );
    await expect(migrate(set(), env({ DATABASE_APP_ROLE: undefined }))).rejects.toThrow(
      /DATABASE_APP_ROLE is not set/,
    );
  });

  it('keeps all facts of one key in one of eight shards', async () => {
    await migrate();
    const shards = await query<{ shard: number; keys: number }>(
      urls.ownerUrl,
      `SELECT outbox_shard('key-' || n) AS shard, count(*)::int AS keys FROM generate_series(1, 8000) AS n GROUP BY 1 ORDER BY 1`,
    );
    expect(shards.map(({ shard }) => shard)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const { keys } of shards) expect(keys).toBeGreaterThan(800);
  });

  it('writes facts from SQL in the order given', async () => {
    await migrate();
    const fact = (key: string, text: string) => ({
      id: '01980a5e-7c00-7000-8000-000000000001',
      tenantId: null,
      topic: 't',
      key,
      headers: { a: '1' },
      payload: { text },
    });
    const facts = JSON.stringify(Array.from({ length: 50 }, (_, n) => fact('k', `${n}`)));
    await query(urls.appUrl, `SELECT outbox_add('${facts}')`);
    const rows = await query<{ text: string }>(
      urls.appUrl,
      `SELECT payload->>'text' AS text FROM outbox_fact ORDER BY seq, place`,
    );
    expect(rows.map(({ text }) => Number(text))).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });
});
