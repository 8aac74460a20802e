import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import { HealthChecks } from '../health/health-checks.js';
import { Log } from '../logging/log.js';
import { Shutdown } from '../shutdown/shutdown.js';
import { dataSourceOptions } from './database.module.js';
import { ExpiredRowsPruner } from './expired-rows-pruner.js';
import { expiringTable } from './expiring-table.js';
import { TenantDatabase } from './tenant-database.js';
import { tenantTable } from './tenant-table.js';

class CreateTickets1800000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ticket (tenant_id uuid, id uuid, created_at timestamptz NOT NULL, PRIMARY KEY (tenant_id, id))
        PARTITION BY HASH (id)`);
    for (const part of [0, 1])
      await runner.query(
        `CREATE TABLE ticket_${part} PARTITION OF ticket FOR VALUES WITH (MODULUS 2, REMAINDER ${part})`,
      );
    for (const statement of [...tenantTable('ticket'), ...expiringTable('ticket', { days: 7 })])
      await runner.query(statement);
  }
  async down(): Promise<void> {}
}

describe('ExpiredRowsPruner, as the app role', () => {
  const log = new Log({ level: 'silent' });
  let database: TestDatabase;
  let dataSource: DataSource;
  let tenants: TenantDatabase;
  let pruner: ExpiredRowsPruner;
  const [mine, theirs] = [newId(), newId()];

  beforeAll(async () => {
    database = await testDatabase({ service: 'catalog', migrations: [CreateTickets1800000000000] });
    dataSource = new DataSource(
      dataSourceOptions('catalog', { DATABASE_URL: database.appUrl, DATABASE_POOL_SIZE: 4 }),
    );
    await dataSource.initialize();
    tenants = new TenantDatabase(dataSource, log);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });
  beforeEach(async () => {
    await database.ownerPool().query('TRUNCATE idempotency_key, ticket, dead_letter');
    pruner = new ExpiredRowsPruner(tenants, log, new Shutdown(new HealthChecks(), log));
  });

  const addKeys = (tenantId: string, rows: number, days: number) =>
    tenants.transaction(tenantId, (tx) =>
      tx.query(
        `INSERT INTO idempotency_key (tenant_id, principal, route, key, body_hash, status, body, created_at)
         SELECT $1, $1, 'POST /', $3 || '-' || n, '', 201, '{}', clock_timestamp() - make_interval(days => $3::int)
           FROM generate_series(1, $2::int) AS n`,
        [tenantId, rows, `${days}`],
      ),
    );
  const keysOf = async (tenantId: string) =>
    (await database.rows(tenantId, 'SELECT key FROM idempotency_key')).length;

  it("forgets every tenant's keys after 30 days, however many, and no younger one", async () => {
    await addKeys(mine, 4_500, 31);
    await addKeys(theirs, 10, 31);
    await addKeys(mine, 3, 29);
    await addKeys(theirs, 2, 0);
    expect(await pruner.prune()).toMatchObject({ idempotency_key: 4_510 });
    expect([await keysOf(mine), await keysOf(theirs)]).toEqual([3, 2]);
    expect(await pruner.prune()).toMatchObject({ idempotency_key: 0 });
  });

  it('takes one chunk at a time', async () => {
    await addKeys(mine, 100, 31);
    const chunk = await tenants.acrossTenants((tx) =>
      tx.query<object[]>('SELECT prune_expired_idempotency_key(40) AS rows'),
    );
    expect(chunk).toEqual([{ rows: 40 }]);
    expect(await keysOf(mine)).toBe(60);
  });

  it('lets replicas at the same time delete each row once', async () => {
    await addKeys(mine, 3_000, 31);
    const counts = await Promise.all([pruner.prune(), pruner.prune(), pruner.prune()]);
    expect(counts.reduce((sum, { idempotency_key: rows = 0 }) => sum + rows, 0)).toBe(3_000);
    expect(await keysOf(mine)).toBe(0);
  });

  it('finds a further table of the service by its migration alone, with its own time', async () => {
    await tenants.transaction(mine, (tx) =>
      tx.query(
        `INSERT INTO ticket SELECT $1, gen_random_uuid(), clock_timestamp() - make_interval(days => n)
           FROM generate_series(1, 20) AS n`,
        [mine],
      ),
    );
    expect(await pruner.prune()).toMatchObject({ ticket: 14 });
    expect(await database.rows(mine, 'SELECT id FROM ticket')).toHaveLength(6);
  });

  it('forgets dead letters replayed more than 90 days ago, and keeps what nobody has replayed', async () => {
    await tenants.acrossTenants((tx) =>
      tx.query(
        `INSERT INTO dead_letter (id, topic, partition, message_offset, message_headers, digest, reason, error,
                                  created_at, replayed_at)
         SELECT gen_random_uuid(), topic, 0, 0, '[]', '', '', '', clock_timestamp() - interval '200 days',
                clock_timestamp() - make_interval(days => replayed)
           FROM (VALUES ('long ago', 91), ('lately', 89), ('never', NULL)) AS given (topic, replayed)`,
      ),
    );
    expect(await pruner.prune()).toMatchObject({ dead_letter: 1 });
    const left = await tenants.acrossTenants((tx) =>
      tx.query<object[]>('SELECT topic FROM dead_letter ORDER BY topic'),
    );
    expect(left).toEqual([{ topic: 'lately' }, { topic: 'never' }]);
  });

  it('stops between two chunks when the process ends', async () => {
    await addKeys(mine, 10, 31);
    const shutdown = new Shutdown(new HealthChecks(), log);
    const stopped = new ExpiredRowsPruner(tenants, log, shutdown);
    await shutdown.run(0);
    expect(await stopped.prune()).toMatchObject({ idempotency_key: 0 });
  });

  it('gives the right to nobody but the app role, and pins what the function reaches', async () => {
    const { rows } = await database.ownerPool().query<{ granted: string[]; secdef: boolean; path: string[] }>(
      `SELECT prosecdef AS secdef, proconfig AS path,
              array(SELECT a.grantee::regrole::text FROM aclexplode(proacl) AS a
                     WHERE a.grantee <> proowner ORDER BY 1) AS granted
         FROM pg_proc WHERE proname LIKE 'prune\\_expired\\_%'`,
    );
    const appRole = decodeURIComponent(new URL(database.appUrl).username);
    expect(rows).toHaveLength(2);
    for (const { granted, secdef, path } of rows) {
      expect(granted.map((role) => role.replaceAll('"', ''))).toEqual([appRole]);
      expect([secdef, path]).toEqual([true, ['search_path=pg_catalog, pg_temp']]);
    }
  });

  it('looks old rows up by their age', async () => {
    const { rows } = await database
      .ownerPool()
      .query<{ indexdef: string }>(
        `SELECT indexdef FROM pg_indexes WHERE tablename = 'idempotency_key_0' AND indexdef LIKE '%(created_at)'`,
      );
    expect(rows).toHaveLength(1);
  });
});

it('refuses a time that is no number of days', () => {
  for (const days of [0, 1.5, NaN]) expect(() => expiringTable('ticket', { days })).toThrow(RangeError);
});
