import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Column,
  DataSource,
  Entity,
  type MigrationInterface,
  PrimaryColumn,
  type QueryRunner,
} from 'typeorm';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import { Log } from '../logging/log.js';
import { dataSourceOptions } from './database.module.js';
import type { MigrationSet } from './migrate-service.js';
import { TenantDatabase } from './tenant-database.js';
import { tenantTable } from './tenant-table.js';

class Notes1790000000000 implements MigrationInterface {
  name = 'Notes1790000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE note (tenant_id uuid, id uuid, text text, PRIMARY KEY (tenant_id, id))');
    for (const statement of tenantTable('note')) await runner.query(statement);
  }
  async down(): Promise<void> {}
}

@Entity('note')
class NoteEntity {
  @PrimaryColumn('uuid', { name: 'tenant_id' }) tenantId!: string;
  @PrimaryColumn('uuid') id!: string;
  @Column('text') text!: string;
}

const set: MigrationSet = { service: 'catalog', migrations: [Notes1790000000000] };

describe('TenantDatabase', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let tenants: TenantDatabase;
  let mine: string;
  let theirs: string;
  const add = (tenantId: string, text: string) =>
    tenants.transaction(tenantId, (tx) => tx.getRepository(NoteEntity).save({ tenantId, id: newId(), text }));
  const texts = (tenantId: string) =>
    tenants
      .read(tenantId, (tx) => tx.getRepository(NoteEntity).find())
      .then((notes) => notes.map(({ text }) => text));

  beforeAll(async () => {
    database = await testDatabase(set);
    const settings = { DATABASE_URL: database.appUrl, DATABASE_POOL_SIZE: 3 };
    const options = { ...dataSourceOptions('catalog', settings), entities: [NoteEntity] };
    dataSource = await new DataSource(options).initialize();
    tenants = new TenantDatabase(dataSource, new Log({ level: 'silent' }));
  });
  beforeEach(() => {
    [mine, theirs] = [newId(), newId()];
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  it('shows each tenant its own rows, also to a query that names no tenant', async () => {
    await add(mine, 'mine');
    await add(theirs, 'theirs');
    expect(await texts(mine)).toEqual(['mine']);
    expect(await texts(theirs)).toEqual(['theirs']);
  });

  it('shows no row where no tenant is set, on connections that had one before', async () => {
    await add(mine, 'mine');
    for (let round = 0; round < 5; round += 1) {
      expect(await tenants.acrossTenants((tx) => tx.query('SELECT * FROM note'))).toEqual([]);
      expect((await tenants.pool.query('SELECT * FROM note')).rows).toEqual([]);
    }
  });

  it("writes, changes and deletes nothing of another tenant's", async () => {
    await add(theirs, 'theirs');
    const stranger = tenants.transaction(mine, (tx) =>
      tx.query('INSERT INTO note VALUES ($1, $2, $3)', [theirs, newId(), 'smuggled']),
    );
    await expect(stranger).rejects.toThrow(/row-level security/);
    await tenants.transaction(mine, async (tx) => {
      await tx.query(`UPDATE note SET text = 'changed'`);
      await tx.query('DELETE FROM note');
    });
    expect(await texts(theirs)).toEqual(['theirs']);
  });

  it.each([
    'SET row_security = off',
    'ALTER TABLE note DISABLE ROW LEVEL SECURITY',
    'ALTER TABLE note NO FORCE ROW LEVEL SECURITY',
    'DROP POLICY tenant_only ON note',
    'SET SESSION AUTHORIZATION postgres',
    'DELETE FROM schema_migration',
    'TRUNCATE note',
  ])('lets the app role not out of it: %s', async (statement) => {
    await add(theirs, 'theirs');
    const attempt = tenants.transaction(mine, async (tx) => {
      await tx.query(statement);
      return tx.query<unknown[]>('SELECT * FROM note');
    });
    await expect(attempt).rejects.toThrow();
  });

  it('lets nobody past the parent to a partition, where no policy holds', async () => {
    const direct = tenants.transaction(mine, (tx) => tx.query('SELECT * FROM idempotency_key_0'));
    await expect(direct).rejects.toThrow(/permission denied/);
  });

  it('refuses a tenant that is no id before it asks the database', () => {
    for (const wrong of ['', 'me', `${mine}' OR true --`])
      expect(() => tenants.transaction(wrong, async () => 1)).toThrow(TypeError);
  });

  it('rolls back what throws, and reads without writing', async () => {
    const failing = tenants.transaction(mine, async (tx) => {
      await tx.query('INSERT INTO note VALUES ($1, $2)', [mine, newId()]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await texts(mine)).toEqual([]);
    const writing = tenants.read(mine, (tx) => tx.query('INSERT INTO note VALUES ($1, $2)', [mine, newId()]));
    await expect(writing).rejects.toThrow(/read-only/);
  });

  it('says so when nothing was committed because a failed statement was swallowed', async () => {
    const swallowing = tenants.transaction(mine, async (tx) => {
      await tx.query('INSERT INTO note VALUES ($1, $2)', [mine, newId()]);
      await tx.query('SELECT 1 / 0').catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow(/swallowed/);
    expect(await texts(mine)).toEqual([]);
  });

  it('runs effects after the commit, each once, and none after a rollback', async () => {
    const seen: string[] = [];
    const effect = async () => void seen.push(`sees ${(await texts(mine)).length}`);
    await tenants.transaction(mine, async (tx) => {
      tenants.afterCommit(tx, effect);
      tenants.afterCommit(tx, effect);
      tenants.afterCommit(tx, () => {
        throw new Error('an effect fails');
      });
      tenants.afterCommit(tx, () => void seen.push('last'));
      await tx.query('INSERT INTO note VALUES ($1, $2, $3)', [mine, newId(), 'x']);
      expect(seen).toEqual([]);
    });
    expect(seen).toEqual(['sees 1', 'last']);
    const failing = tenants.transaction(mine, async (tx) => {
      tenants.afterCommit(tx, () => void seen.push('never'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(seen).toHaveLength(2);
  });

  it('sets its time limits on every connection', async () => {
    const names = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
    const limits = await Promise.all(
      [1, 2, 3].map(() =>
        tenants.acrossTenants(async (tx) => {
          await tx.query('SELECT pg_sleep(0.05)');
          const values: unknown[] = [];
          for (const name of names) values.push((await tx.query<object[]>(`SHOW ${name}`))[0]);
          return values.flatMap((row) => Object.values(row as Record<string, string>));
        }),
      ),
    );
    for (const limit of limits) expect(limit).toEqual(['10s', '5s', '15s']);
  });

  it('leaves the pool whole after connections were cut inside transactions', async () => {
    const admin = database.ownerPool();
    expect(admin).toBeDefined();
    const cut = [1, 2, 3].map(() =>
      tenants.transaction(mine, async (tx) => {
        await tx.query('SELECT pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
        await tx.query('SELECT 1');
      }),
    );
    for (const outcome of await Promise.allSettled(cut)) expect(outcome.status).toBe('rejected');
    await add(mine, 'after');
    await Promise.all([1, 2, 3, 4, 5].map(() => texts(mine)));
    expect(tenants.pool.totalCount).toBeLessThanOrEqual(3);
    expect(tenants.pool.idleCount).toBe(tenants.pool.totalCount);
  });
});
