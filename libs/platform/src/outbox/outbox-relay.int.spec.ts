import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DataSource } from 'typeorm';
import type { TopicName } from '#contracts';
import {
  aUser,
  type CollectedRecord,
  eventually,
  newId,
  testDatabase,
  type TestDatabase,
  testNamespace,
  type TestNamespace,
} from '#testkit';
import { dataSourceOptions } from '../database/database.module.js';
import { ServiceIdentity } from '../database/service-identity.js';
import { TenantDatabase } from '../database/tenant-database.js';
import { HealthChecks } from '../health/health-checks.js';
import { testConfig } from '../http/testing/edge-app.js';
import { EventProducer, type OutgoingMessage, SEND_LIMIT_MS } from '../kafka/event-producer.js';
import { KafkaConnection } from '../kafka/kafka-connection.js';
import { Log } from '../logging/log.js';
import { Metrics } from '../metrics/metrics.js';
import { Shutdown } from '../shutdown/shutdown.js';
import { Outbox } from './outbox.js';
import { OutboxRelay } from './outbox-relay.js';
import { leaseTimes } from './shard-leases.js';
import { startStallingProxy, type StallingProxy } from './testing/stalling-proxy.js';

const TOPIC = 'platform.user.v1' satisfies TopicName;
const silent = new Log({ level: process.env['TEST_LOG'] ?? 'silent' });

type ConnectionSettings = ConstructorParameters<typeof KafkaConnection>;

/** Reaches every broker through the proxy. */
class ProxiedConnection extends KafkaConnection {
  constructor(
    private readonly proxy: StallingProxy,
    ...settings: ConnectionSettings
  ) {
    super(...settings);
  }

  override client({ socketFactory, ...own }: Parameters<KafkaConnection['client']>[0]): Kafka {
    if (!socketFactory) return super.client(own);
    const { port } = this.proxy;
    return super.client({ ...own, socketFactory: (to) => socketFactory({ ...to, host: '127.0.0.1', port }) });
  }
}

/** A relay with its own pool and producer, as in a process of its own. */
interface Replica {
  relay: OutboxRelay;
  outbox: Outbox;
  database: TenantDatabase;
  metrics: Metrics;
  /** What was handed to the broker, each send an array. */
  sends: OutgoingMessage[][];
  end(): Promise<void>;
}

describe('OutboxRelay', () => {
  const tenantId = newId();
  let database: TestDatabase;
  let namespace: TestNamespace;
  let records: readonly CollectedRecord[];
  let replicas: Replica[] = [];

  beforeAll(async () => {
    [database, namespace] = await Promise.all([
      testDatabase({ service: 'targeting', migrations: [] }),
      testNamespace({ only: [TOPIC] }),
    ]);
    records = await namespace.collect(TOPIC);
  });
  afterEach(async () => {
    await Promise.all(replicas.map((replica) => replica.end()));
    replicas = [];
  });
  afterAll(async () => {
    await namespace?.stop();
    await database?.drop();
  });

  async function replica(
    wrap: (send: EventProducer['send']) => EventProducer['send'] = (send) => send,
    connectionTo: (...settings: ConnectionSettings) => KafkaConnection = (...settings) =>
      new KafkaConnection(...settings),
  ): Promise<Replica> {
    const config = testConfig({ DATABASE_URL: database.appUrl, ...namespace.env });
    const identity = new ServiceIdentity('targeting');
    const dataSource = await new DataSource(dataSourceOptions('targeting', config)).initialize();
    const tenants = new TenantDatabase(dataSource, silent);
    const producer = new EventProducer(connectionTo(config, identity, silent));
    const sends: OutgoingMessage[][] = [];
    const send = wrap(producer.send.bind(producer));
    producer.send = async (messages, deadline) => {
      sends.push([...messages]);
      await send(messages, deadline);
    };
    const metrics = new Metrics();
    const shutdown = new Shutdown(new HealthChecks(), silent);
    const relay = new OutboxRelay(tenants, producer, silent, metrics, shutdown);
    const outbox = new Outbox(identity, tenants, relay);
    const made: Replica = {
      relay,
      outbox,
      database: tenants,
      metrics,
      sends,
      end: async () => {
        await shutdown.run(0);
        if (dataSource.isInitialized) await dataSource.destroy();
      },
    };
    replicas.push(made);
    return made;
  }

  const add = ({ outbox, database: tenants }: Replica, key: string, revision: number) =>
    tenants.transaction(tenantId, (tx) =>
      outbox.add(tx, {
        topic: TOPIC,
        name: 'user-changed',
        tenantId,
        key,
        subject: `user/${key}`,
        revision,
        time: new Date().toISOString(),
        data: { ...aUser(), userId: key },
      }),
    );
  /** Facts of these keys in one statement, hence in bundles. */
  const addAll = ({ outbox, database: tenants }: Replica, keys: readonly string[], revision: number) =>
    tenants.transaction(tenantId, (tx) =>
      outbox.addAll(
        tx,
        keys.map((key) => ({
          topic: TOPIC,
          name: 'user-changed' as const,
          tenantId,
          key,
          subject: `user/${key}`,
          revision,
          time: new Date().toISOString(),
          data: { ...aUser(), userId: key },
        })),
      ),
    );
  const revisionsOf = (key: string) =>
    records.filter((record) => record.key === key).map(({ envelope }) => envelope?.revision);
  /** Without what was delivered again. */
  const firstSeenOf = (key: string) => [...new Set(revisionsOf(key))];
  const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  const left = async () =>
    (await database.ownerPool().query<{ n: number }>('SELECT count(*)::int AS n FROM outbox_fact')).rows[0]!
      .n;
  const owners = async () =>
    (
      await database
        .ownerPool()
        .query<{ owner: string | null; n: number }>(
          'SELECT owner, count(*)::int AS n FROM outbox_lease GROUP BY owner ORDER BY n',
        )
    ).rows;

  it('publishes what was committed, whole, in order per key, and deletes it', async () => {
    const one = await replica();
    one.relay.start();
    const keys = upTo(5).map(() => newId());
    for (const revision of upTo(20)) await Promise.all(keys.map((key) => add(one, key, revision)));
    await eventually(() => keys.forEach((key) => expect(revisionsOf(key)).toEqual(upTo(20))));
    expect(await left()).toBe(0);
    const [record] = records.filter(({ key }) => key === keys[0]);
    expect(record?.envelope).toMatchObject({ tenantId, source: '/octopus/targeting', revision: 1 });
    expect(record?.data).toMatchObject({ userId: keys[0] });
    expect(await one.metrics.registry.metrics()).toContain(`outbox_published_total{topic="${TOPIC}"} 100`);
  });

  it('publishes bundles whole: in order per key across them, deleted when all of it is acknowledged', async () => {
    let acknowledges = false;
    const one = await replica((send) => async (messages, deadline) => {
      await send(messages, deadline);
      if (!acknowledges) throw new Error('the answer is lost');
    });
    const keys = upTo(40).map(() => newId());
    for (const revision of upTo(5)) await addAll(one, keys, revision);
    const { rows } = await database.ownerPool().query<{ n: number }>('SELECT count(*)::int AS n FROM outbox');
    expect(rows[0]?.n).toBe(5 * 8);
    one.relay.start();
    await eventually(() => keys.forEach((key) => expect(firstSeenOf(key)).toEqual(upTo(5))));
    expect(await left()).toBe(200);
    acknowledges = true;
    await eventually(async () => expect(await left()).toBe(0));
    keys.forEach((key) => expect(revisionsOf(key).slice(-5)).toEqual(upTo(5)));
    expect(await one.metrics.registry.metrics()).toContain(`outbox_published_total{topic="${TOPIC}"} 200`);
  });

  it('publishes nothing of a transaction that was rolled back', async () => {
    const one = await replica();
    one.relay.start();
    const [lost, kept] = [newId(), newId()];
    const failing = one.database.transaction(tenantId, async (tx) => {
      await one.outbox.add(tx, {
        topic: TOPIC,
        name: 'user-changed',
        tenantId,
        key: lost,
        subject: `user/${lost}`,
        time: new Date().toISOString(),
        data: { ...aUser(), userId: lost },
      });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await add(one, kept, 1);
    await eventually(() => expect(revisionsOf(kept)).toEqual([1]));
    expect(revisionsOf(lost)).toEqual([]);
  });

  it('does not miss a fact that commits later than one drawn after it', async () => {
    const one = await replica();
    one.relay.start();
    const [early, late] = [newId(), newId()];
    const gate = Promise.withResolvers<void>();
    const slow = one.database.transaction(tenantId, async (tx) => {
      await one.outbox.add(tx, {
        topic: TOPIC,
        name: 'user-changed',
        tenantId,
        key: early,
        subject: `user/${early}`,
        time: new Date().toISOString(),
        data: { ...aUser(), userId: early },
      });
      await gate.promise;
    });
    await eventually(async () => {
      await add(one, late, 1);
      expect(revisionsOf(late).length).toBeGreaterThan(2);
    });
    expect(revisionsOf(early)).toEqual([]);
    gate.resolve();
    await slow;
    await eventually(() => expect(revisionsOf(early)).toHaveLength(1));
  });

  it('sends again what it could not delete, and loses nothing when it ends between the two', async () => {
    const one = await replica((send) => async (messages) => {
      await send(messages);
      throw new Error('the process ends here');
    });
    one.relay.start();
    const key = newId();
    for (const revision of upTo(3)) await add(one, key, revision);
    await eventually(() => expect(revisionsOf(key).length).toBeGreaterThanOrEqual(3));
    expect(await left()).toBe(3);
    await one.end();
    const two = await replica();
    two.relay.start();
    await eventually(async () => expect(await left()).toBe(0));
    await eventually(() => expect(revisionsOf(key).slice(-3)).toEqual(upTo(3)));
    expect(firstSeenOf(key)).toEqual(upTo(3));
  });

  it('shares the shards out among the relays that live, and takes over those of one that ended', async () => {
    const one = await replica();
    one.relay.start();
    await eventually(async () => expect((await owners()).map(({ n }) => n)).toEqual([8]));
    const two = await replica();
    two.relay.start();
    await eventually(async () => expect((await owners()).map(({ n }) => n)).toEqual([4, 4]));
    const keys = upTo(16).map(() => newId());
    await Promise.all(keys.map((key) => add(one, key, 1)));
    await eventually(() => keys.forEach((key) => expect(revisionsOf(key)).toEqual([1])));
    expect(one.sends.flat().length).toBeGreaterThan(0);
    expect(two.sends.flat().length).toBeGreaterThan(0);
    await one.end();
    await eventually(async () => expect((await owners()).map(({ n }) => n)).toEqual([8]));
  });

  it('takes over the shards of a relay that died without a word once its leases have run out', async () => {
    const pool = database.ownerPool();
    const dead = newId();
    await pool.query(`UPDATE outbox_lease SET owner = $1, expires_at = clock_timestamp() + interval '1 h'`, [
      dead,
    ]);
    const one = await replica();
    const key = newId();
    await add(one, key, 1);
    one.relay.start();
    // It has asked for shards: it is on the list of relays, and got none.
    await eventually(async () =>
      expect(
        (await pool.query('SELECT FROM outbox_relay WHERE expires_at > clock_timestamp()')).rowCount,
      ).toBe(1),
    );
    await sleep(500);
    expect(revisionsOf(key)).toEqual([]);
    expect(await owners()).toEqual([{ owner: dead, n: 8 }]);
    await pool.query('UPDATE outbox_lease SET expires_at = clock_timestamp()');
    await eventually(() => expect(revisionsOf(key)).toEqual([1]));
  });

  it('keeps the order per key while the leases are torn from one relay by another', async () => {
    const pair = [await replica(), await replica()];
    pair.forEach(({ relay }) => relay.start());
    const keys = upTo(4).map(() => newId());
    let swapping = true;
    const swaps = (async () => {
      while (swapping) {
        // As if all leases had run out at this moment, though their owners rightly believe that they have them: facts are
        // sent twice then, and which of the two comes last is open. The two tests below are about leases that did run out.
        await database
          .ownerPool()
          .query(`UPDATE outbox_lease SET expires_at = clock_timestamp() - interval '1 s'`);
        await sleep(40);
      }
    })();
    for (const revision of upTo(40)) await Promise.all(keys.map((key) => add(pair[0]!, key, revision)));
    await eventually(async () => expect(await left()).toBe(0));
    swapping = false;
    await swaps;
    await eventually(() => keys.forEach((key) => expect(firstSeenOf(key)).toEqual(upTo(40))));
  });

  it('cuts off a send that is not acknowledged in time, so that nothing old lands after what another relay sent', async () => {
    const [host = '', port] = namespace.kafkaBrokers[0]!.split(':');
    const proxy = await startStallingProxy({ host, port: Number(port) });
    try {
      const one = await replica(undefined, (...settings) => new ProxiedConnection(proxy, ...settings));
      one.relay.start();
      const [earlier, key] = [newId(), newId()];
      await add(one, earlier, 1);
      await eventually(() => expect(revisionsOf(earlier)).toEqual([1]));
      proxy.stall();
      await add(one, key, 1);
      await eventually(() => expect(one.sends.flat().map(({ record }) => record.key)).toContain(key));
      // Somebody else has its leases while it waits for the broker; when it is stopped, they are free.
      await database
        .ownerPool()
        .query(`UPDATE outbox_lease SET owner = $1, expires_at = clock_timestamp() + interval '30 s'`, [
          newId(),
        ]);
      await sleep(SEND_LIMIT_MS + 1_000);
      await one.relay.stop();
      const two = await replica();
      await database.ownerPool().query('UPDATE outbox_lease SET owner = NULL');
      two.relay.start();
      await add(two, key, 2);
      await eventually(() => expect(revisionsOf(key)).toContain(2), { timeoutMs: 20_000 });
      proxy.goOn();
      await sleep(1_500);
      expect(revisionsOf(key)).toEqual([1, 2]);
    } finally {
      proxy.stop();
    }
  }, 60_000);

  it('sends nothing after a standstill that the lease did not outlast', async () => {
    let stood = false;
    const one = await replica((send) => async (messages, deadline) => {
      if (!stood) {
        stood = true;
        await sleep(leaseTimes.ttlMs + 1_000);
      }
      await send(messages, deadline);
    });
    one.relay.start();
    const key = newId();
    await add(one, key, 1);
    await eventually(() => expect(one.sends).toHaveLength(1));
    const two = await replica();
    two.relay.start();
    await add(two, key, 2);
    await eventually(() => expect(revisionsOf(key)).toContain(2), { timeoutMs: 20_000 });
    await eventually(async () => expect(await left()).toBe(0), { timeoutMs: 20_000 });
    await sleep(3_000);
    expect(revisionsOf(key).at(-1)).toBe(2);
  }, 60_000);

  it('begins a send only while its lease outlasts it by as much again', () => {
    expect(SEND_LIMIT_MS * 3).toBeLessThanOrEqual(leaseTimes.ttlMs * 0.9);
  });

  it('goes on with the other topics while one is missing, and publishes that one when it is there', async () => {
    const one = await replica();
    one.relay.start();
    const [key, follower] = [newId(), newId()];
    const eventId = await one.database.transaction(tenantId, (tx) =>
      one.outbox.add(tx, {
        topic: 'platform.follow.v1',
        name: 'follow-changed',
        tenantId,
        key: follower,
        subject: `follow/${follower}`,
        revision: 1,
        time: new Date().toISOString(),
        data: { channelId: newId(), userId: follower, following: true, changedAt: new Date().toISOString() },
      }),
    );
    await add(one, key, 1);
    await eventually(() => expect(revisionsOf(key)).toEqual([1]), { timeoutMs: 15_000 });
    expect(await left()).toBe(1);
    const { rows } = await database.ownerPool().query(`SELECT headers->>'ce_id' AS id FROM outbox_fact`);
    expect(rows).toEqual([{ id: eventId }]);
    await database.ownerPool().query('DELETE FROM outbox');
  });

  it('goes on with the other shards while a bundle that cannot be read holds up its own', async () => {
    const one = await replica();
    const pool = database.ownerPool();
    const keys = upTo(32).map(() => newId());
    const { rows: bad } = await pool.query<{ shard: number }>(
      `INSERT INTO outbox (shard, topic, head, facts) VALUES (outbox_shard($1), $2, '{}', 'rubbish') RETURNING shard`,
      [keys[0], TOPIC],
    );
    await addAll(one, keys, 1);
    const { rows: held } = await pool.query<{ key: string }>(
      'SELECT key FROM unnest($1::text[]) AS key WHERE outbox_shard(key) = $2',
      [keys, bad[0]?.shard],
    );
    const heldKeys = held.map(({ key }) => key);
    one.relay.start();
    const others = keys.filter((key) => !heldKeys.includes(key));
    await eventually(() => others.forEach((key) => expect(revisionsOf(key)).toEqual([1])));
    expect(heldKeys.flatMap(revisionsOf)).toEqual([]);
    expect(await one.metrics.registry.metrics()).toContain('outbox_shards_standing 1');
    await pool.query(`DELETE FROM outbox WHERE facts = 'rubbish'`);
    await eventually(() => keys.forEach((key) => expect(revisionsOf(key)).toEqual([1])), {
      timeoutMs: 15_000,
    });
  });

  it('outlives its database connections being cut', async () => {
    const one = await replica();
    one.relay.start();
    const key = newId();
    await add(one, key, 1);
    await eventually(() => expect(revisionsOf(key)).toEqual([1]));
    const admin = new pg.Client({ connectionString: process.env['OCTOPUS_TEST_POSTGRES_URL'] });
    await admin.connect();
    await admin.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()',
      [database.name],
    );
    await admin.end();
    await eventually(() => add(one, key, 2));
    await eventually(() => expect(firstSeenOf(key)).toEqual([1, 2]));
  });

  it('gives its leases back when it is stopped, after the batch in flight', async () => {
    const gate = Promise.withResolvers<void>();
    const one = await replica((send) => async (messages) => {
      await gate.promise;
      await send(messages);
    });
    one.relay.start();
    const key = newId();
    await add(one, key, 1);
    await eventually(() => expect(one.sends).toHaveLength(1));
    const stopped = one.relay.stop();
    await sleep(100);
    expect((await owners()).map(({ n }) => n)).toEqual([8]);
    gate.resolve();
    await stopped;
    expect(await owners()).toEqual([{ owner: null, n: 8 }]);
    expect(await left()).toBe(0);
    expect(revisionsOf(key).length).toBeLessThanOrEqual(1);
    await eventually(() => expect(revisionsOf(key)).toEqual([1]));
  });
});
