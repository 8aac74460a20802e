import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import { Clock } from '../clock/clock.js';
import { dataSourceOptions } from '../database/database.module.js';
import { ServiceIdentity } from '../database/service-identity.js';
import { TenantDatabase } from '../database/tenant-database.js';
import { HealthChecks } from '../health/health-checks.js';
import { Log } from '../logging/log.js';
import { Shutdown } from '../shutdown/shutdown.js';
import { Inbox } from './inbox.js';
import { InboxPruner } from './inbox-pruner.js';
import { INBOX_RETENTION_DAYS } from './retention.js';

const log = new Log({ level: 'silent' });
const identity = new ServiceIdentity('targeting');
const inbox = new Inbox(identity);

describe('the inbox', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let tenants: TenantDatabase;
  const tenantId = newId();
  const receive = (eventId: string) => tenants.transaction(tenantId, (tx) => inbox.receive(tx, eventId));

  beforeAll(async () => {
    database = await testDatabase({ service: 'targeting', migrations: [] });
    const settings = { DATABASE_URL: database.appUrl, DATABASE_POOL_SIZE: 5 };
    dataSource = await new DataSource(dataSourceOptions('targeting', settings)).initialize();
    tenants = new TenantDatabase(dataSource, log);
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });

  it('takes a fact once', async () => {
    const eventId = newId();
    expect([await receive(eventId), await receive(eventId), await receive(newId())]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('takes a fact again whose transaction was rolled back', async () => {
    const eventId = newId();
    const failing = tenants.transaction(tenantId, async (tx) => {
      await inbox.receive(tx, eventId);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await receive(eventId)).toBe(true);
  });

  it('lets only one of two deliveries at the same time through', async () => {
    const eventId = newId();
    const both = await Promise.all([receive(eventId), receive(eventId)]);
    expect(both.sort()).toEqual([false, true]);
  });

  it("is pruned of the service's own facts older than its retention, in chunks, and of nothing else", async () => {
    const pool = database.ownerPool();
    await pool.query('DELETE FROM inbox');
    const now = new Date();
    const daysAgo = (days: number) => uuidv7({ msecs: now.getTime() - days * 86_400_000 });
    const old = Array.from({ length: 2_500 }, () => daysAgo(INBOX_RETENTION_DAYS + 1));
    const recent = [daysAgo(INBOX_RETENTION_DAYS - 1), daysAgo(0)];
    const add = (consumer: string, ids: string[]) =>
      pool.query('INSERT INTO inbox (consumer, event_id) SELECT $1, unnest($2::uuid[])', [consumer, ids]);
    await add('targeting', [...old, ...recent]);
    await add('other', old.slice(0, 1));
    const clock = Object.assign(new Clock(), { now: () => now });
    const pruner = new InboxPruner(tenants, identity, clock, log, new Shutdown(new HealthChecks(), log));
    expect(await pruner.prune()).toBe(2_500);
    const { rows } = await pool.query<{ consumer: string; event_id: string }>('SELECT * FROM inbox');
    expect(
      rows
        .filter(({ consumer }) => consumer === 'targeting')
        .map((row) => row.event_id)
        .sort(),
    ).toEqual(recent.sort());
    expect(rows.filter(({ consumer }) => consumer === 'other')).toHaveLength(1);
  });
});
