import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { aUser, eventually, newId, recordOf, testDatabase, type TestDatabase, userFact } from '#testkit';
import { Clock } from '../clock/clock.js';
import { dataSourceOptions } from '../database/database.module.js';
import { ServiceIdentity } from '../database/service-identity.js';
import { TenantDatabase } from '../database/tenant-database.js';
import { Inbox } from '../inbox/inbox.js';
import { Log } from '../logging/log.js';
import { Tracing } from '../tracing/tracing.js';
import { EventBatches } from './event-batches.js';
import type { BatchHandler } from './event-context.js';
import type { ReceivedRecord } from './record.js';

const log = new Log({ level: 'silent' });
const TOPIC = 'platform.user.v1';

describe('records handled together', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let tenants: TenantDatabase;
  let batches: EventBatches;
  /** Ids of the events of each call. */
  let calls: string[][];
  let effects: number;
  let offset = 0;
  const tenantId = newId();

  beforeAll(async () => {
    database = await testDatabase({ service: 'targeting', migrations: [] });
    const settings = { DATABASE_URL: database.appUrl, DATABASE_POOL_SIZE: 5 };
    dataSource = await new DataSource(dataSourceOptions('targeting', settings)).initialize();
    tenants = new TenantDatabase(dataSource, log);
    const inbox = new Inbox(new ServiceIdentity('targeting'));
    batches = new EventBatches(tenants, inbox, new Clock(), log, new Tracing());
  });
  afterAll(async () => {
    await dataSource?.destroy();
    await database?.drop();
  });
  beforeEach(() => {
    calls = [];
    effects = 0;
  });

  const handler: BatchHandler = async (events, { afterCommit }) => {
    calls.push(events.map(({ envelope }) => envelope.id));
    for (const _ of events) afterCommit(() => void (effects += 1));
  };
  const record = (over: { tenant?: string; id?: string; value?: string; time?: string } = {}) => {
    const { tenant = tenantId, value, ...rest } = over;
    const made = recordOf({ ...userFact(tenant, aUser()), ...rest });
    const received: ReceivedRecord = {
      topic: TOPIC,
      partition: 0,
      offset: String((offset += 1)),
      key: Buffer.from(made.key),
      value: Buffer.from(value ?? made.value),
      headers: Object.entries(made.headers).map(([name, text]) => [name, Buffer.from(text)]),
    };
    return { id: made.eventId, received };
  };
  const run = async (records: readonly { received: ReceivedRecord }[], by: BatchHandler = handler) => {
    const done = await batches.run(
      records.map(({ received }) => received),
      by,
    );
    return records.map(({ received }) => done.get(received) ?? 'alone');
  };

  it('are in one call per tenant, in their order', async () => {
    const other = newId();
    const records = [record(), record({ tenant: other }), record(), record({ tenant: other }), record()];
    expect(await run(records)).toEqual(records.map(() => 'handled'));
    const ids = records.map(({ id }) => id);
    expect(calls).toEqual([
      [ids[0], ids[2], ids[4]],
      [ids[1], ids[3]],
    ]);
    expect(effects).toBe(5);
  });

  it('are handled once: not again when they come again, nor twice within a batch', async () => {
    const [one, two, three] = [record(), record(), record()];
    const twin = record({ id: one.id });
    expect(await run([one, two, twin])).toEqual(['handled', 'handled', 'duplicate']);
    expect(await run([one, two, three])).toEqual(['duplicate', 'duplicate', 'handled']);
    expect(calls).toEqual([[one.id, two.id], [three.id]]);
  });

  it('are left to be taken alone: rubbish, and a tenant with one fact only', async () => {
    const records = [record(), record({ value: '{' }), record(), record({ tenant: newId() })];
    expect(await run(records)).toEqual(['handled', 'alone', 'handled', 'alone']);
  });

  it('leave nothing behind, not even in the inbox, when the consumer fails', async () => {
    const records = [record(), record()];
    const failing: BatchHandler = async (events, context) => {
      await handler(events, context);
      throw new TypeError('one of them is wrong');
    };
    expect(await run(records, failing)).toEqual(['alone', 'alone']);
    expect(effects).toBe(0);
    expect(await run(records)).toEqual(['handled', 'handled']);
  });

  it('fail tenant by tenant', async () => {
    const other = newId();
    const failing: BatchHandler = async (_, context) => {
      if (context.tenantId === other) throw new Error('no');
    };
    const records = [record(), record({ tenant: other }), record(), record({ tenant: other })];
    expect(await run(records, failing)).toEqual(['handled', 'alone', 'handled', 'alone']);
  });

  it('are tried again later when a server is away, one by one when a statement takes too long', async () => {
    const failing = (code: string): BatchHandler => {
      return () => Promise.reject(Object.assign(new Error('no'), { code }));
    };
    await expect(run([record(), record()], failing('57P01'))).rejects.toThrow('no');
    expect(await run([record(), record()], failing('57014'))).toEqual(['alone', 'alone']);
  });

  it('are handled once by two processes that have them at the same time', async () => {
    const records = Array.from({ length: 200 }, () => record());
    const both = await Promise.all([run(records), run([...records].reverse())]);
    expect(both.flat().filter((outcome) => outcome === 'handled')).toHaveLength(200);
    expect(calls.flat().sort()).toEqual(records.map(({ id }) => id).sort());
  });

  it('wait for whoever has one of them, holding none that comes after it: no deadlock', async () => {
    const [first, second] = [record(), record()];
    const inbox = new Inbox(new ServiceIdentity('targeting'));
    let together: Promise<string[]> | undefined;
    await tenants.transaction(tenantId, async (tx) => {
      await inbox.receive(tx, first.id);
      together = run([second, first]);
      await eventually(async () => {
        const waiting = await database.ownerPool().query(
          `SELECT FROM pg_locks JOIN pg_stat_activity USING (pid)
              WHERE NOT granted AND datname = current_database()`,
        );
        expect(waiting.rowCount).toBeGreaterThan(0);
      });
      await inbox.receive(tx, second.id);
    });
    expect(await together).toEqual(['duplicate', 'duplicate']);
  });
});
