import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { EventOf, TopicName } from '#contracts';
import {
  type CollectedRecord,
  aUser,
  eventually,
  newId,
  testDatabase,
  type TestDatabase,
  testNamespace,
  type TestNamespace,
  recordOf,
  testServers,
  userFact,
} from '#testkit';
import { tenantTable } from '../database/tenant-table.js';
import type { MigrationSet } from '../database/migrate-service.js';
import { HealthChecks } from '../health/health-checks.js';
import { testConfig } from '../http/testing/edge-app.js';
import { Log } from '../logging/log.js';
import { Metrics } from '../metrics/metrics.js';
import { createServiceApp } from '../run-service.js';
import { deadLetterPayload } from './dead-letter-message.js';
import { DeadLetters } from './dead-letters.js';
import type { EventContext } from './event-context.js';

const TOPIC = 'platform.user.v1';

class Greeted1790000000000 implements MigrationInterface {
  name = 'Greeted1790000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE greeted (tenant_id uuid, user_id uuid, times int NOT NULL DEFAULT 1,
      name text CHECK (name <> 'forbidden'), PRIMARY KEY (tenant_id, user_id))`);
    for (const statement of tenantTable('greeted')) await runner.query(statement);
  }
  async down(): Promise<void> {}
}

const set: MigrationSet = { service: 'notification', migrations: [Greeted1790000000000] };

/** Names that make the consumer misbehave. */
const misbehave: Record<string, () => unknown> = {
  throws: () => {
    throw new Error('I cannot');
  },
  busy: () => {
    if (attempts.length <= 5) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
  },
  'type error': () => (undefined as unknown as { length: number }).length,
  'throws a string': () => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- other people's code does
    throw 'just a text';
  },
};

let effects: string[] = [];
let attempts: string[] = [];
/** While there is one, the consumer waits inside its transaction. */
let gate: PromiseWithResolvers<void> | undefined;

@Controller()
class UserConsumer {
  @EventPattern<TopicName>(TOPIC)
  async onUser(
    @Payload() { data, envelope }: EventOf<typeof TOPIC>,
    @Ctx() { tx, tenantId, afterCommit }: EventContext,
  ): Promise<void> {
    attempts.push(data.displayName);
    await gate?.promise;
    misbehave[data.displayName]?.();
    await tx.query(
      `INSERT INTO greeted (tenant_id, user_id, name) VALUES ($1, $2, $3)
       ON CONFLICT (tenant_id, user_id) DO UPDATE SET times = greeted.times + 1`,
      [tenantId, data.userId, data.displayName],
    );
    if (data.displayName === 'swallows') await tx.query('SELECT 1 / 0').catch(() => undefined);
    afterCommit(() => void effects.push(envelope.id));
  }
}

@Module({ controllers: [UserConsumer] })
class ConsumerModule {}

describe('a consumer', () => {
  const tenantId = newId();
  let database: TestDatabase;
  let namespace: TestNamespace;
  let owner: pg.Pool;
  let app: NestFastifyApplication;
  let deadLetters: readonly CollectedRecord[];

  const start = async (): Promise<NestFastifyApplication> => {
    const config = testConfig({ DATABASE_URL: database.appUrl, ...namespace.env });
    const level = process.env['TEST_LOG'] ?? 'silent';
    const started = await createServiceApp({
      name: 'notification',
      module: ConsumerModule,
      config,
      log: new Log({ level }),
    });
    await started.startAllMicroservices();
    return started;
  };
  const send = (displayName: string, id = newId()) => {
    const user = aUser({ displayName });
    return namespace.produce(TOPIC, { ...userFact(tenantId, user), id }).then(() => ({ user, id }));
  };
  const raw = (value: string | Buffer | null, headers: Record<string, string | Buffer> = {}) =>
    namespace.produce(TOPIC, { raw: { key: 'k', value, headers, partition: 0 } });
  const goodHeaders = () => recordOf(userFact(tenantId, aUser())).headers;
  const asAdmin = async (sql: string, values: unknown[] = []) => {
    const admin = new pg.Client({ connectionString: testServers().postgresUrl });
    await admin.connect();
    await admin.query(sql, values).finally(() => admin.end());
  };
  const greeted = () =>
    database.rows<{ user_id: string; times: number }>(tenantId, 'SELECT user_id, times FROM greeted');
  const timesGreeted = async (userId: string) =>
    (await greeted()).find(({ user_id }) => user_id === userId)?.times ?? 0;
  /** The partition still goes on: what is sent now is handled, on both partitions. */
  const goesOn = async () => {
    const users = await Promise.all(Array.from({ length: 6 }, () => send('Ana')));
    await eventually(async () => {
      const seen = new Set((await greeted()).map(({ user_id }) => user_id));
      expect(users.filter(({ user }) => !seen.has(user.userId))).toEqual([]);
    });
  };
  const lettersIn = () => deadLetters.map(({ data }) => deadLetterPayload.parse(data));

  beforeAll(async () => {
    [database, namespace] = await Promise.all([
      testDatabase(set),
      testNamespace({ only: [TOPIC, 'notification.dead-letter.v1'] }),
    ]);
    owner = database.ownerPool();
    app = await start();
    deadLetters = await namespace.collect('notification.dead-letter.v1');
  });
  beforeEach(() => {
    effects = [];
    attempts = [];
    gate = undefined;
  });
  afterEach(() => {
    gate?.resolve();
  });
  afterAll(async () => {
    await app?.close();
    await namespace?.stop();
    await database?.drop();
  });

  it('handles each fact once, though each came three times and shuffled', async () => {
    const facts = Array.from({ length: 20 }, () => userFact(tenantId, aUser()));
    const ids = facts.map(() => newId());
    const deliveries = [0, 1, 2].flatMap((round) =>
      facts.map((_, index) => (index * 7 + round * 3) % facts.length),
    );
    for (const index of deliveries) await namespace.produce(TOPIC, { ...facts[index]!, id: ids[index]! });
    await goesOn();
    const seen = new Map((await greeted()).map(({ user_id, times }) => [user_id, times]));
    expect(facts.map(({ data }) => seen.get(data.userId))).toEqual(facts.map(() => 1));
    expect(effects.filter((id) => ids.includes(id)).sort()).toEqual([...ids].sort());
  });

  it.each([
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00]), 'bad_json'],
    ['a value that is no JSON', '{"userId":', 'bad_json'],
    ['a NUL where JSON should be', '\0', 'bad_json'],
    ['a value of another schema', '{"userId":"me"}', 'bad_schema'],
  ])('buries %s and goes on', async (_, value, reason) => {
    const headers = goodHeaders();
    const before = deadLetters.length;
    await raw(value, headers);
    await goesOn();
    await eventually(() => expect(deadLetters).toHaveLength(before + 1));
    expect(lettersIn().at(-1)).toMatchObject({
      topic: TOPIC,
      partition: 0,
      reason,
      value: Buffer.from(value).toString('base64'),
      key: Buffer.from('k').toString('base64'),
    });
  });

  it.each([
    ['no headers', {}],
    ['a header that is no UTF-8', { ce_id: Buffer.from([0xc3, 0x28]) }],
    ['a tenant that is no id', { ce_tenantid: 'me' }],
    ['a malformed type', { ce_type: 'user' }],
    ['a NUL in a text of its envelope', { ce_correlationid: 'a\0b' }],
  ])('buries a record with %s and goes on', async (name, wrong: Record<string, string | Buffer>) => {
    const headers = name === 'no headers' ? {} : { ...goodHeaders(), ...wrong };
    const before = deadLetters.length;
    await raw(JSON.stringify(aUser()), headers);
    await goesOn();
    await eventually(() => expect(deadLetters).toHaveLength(before + 1));
    expect(lettersIn().at(-1)).toMatchObject({ reason: 'bad_headers' });
  });

  it('skips a tombstone', async () => {
    const before = deadLetters.length;
    await raw(null);
    await raw(null, goodHeaders());
    await goesOn();
    expect(deadLetters).toHaveLength(before);
  });

  it('keeps a fact of a type that only a newer producer knows, for the release that will know it', async () => {
    const before = deadLetters.length;
    await raw('{}', { ...goodHeaders(), ce_type: 'octopus.platform.user-sang.v1' });
    await goesOn();
    await eventually(() => expect(deadLetters).toHaveLength(before + 1));
    expect(lettersIn().at(-1)).toMatchObject({
      reason: 'unknown_type',
      error: 'octopus.platform.user-sang.v1 is not known here',
    });
    const { items } = await app.get(DeadLetters).list(tenantId, { limit: 1 });
    expect(items).toMatchObject([{ tenant_id: tenantId, reason: 'unknown_type' }]);
  });

  it.each([
    ['key', { key: Buffer.alloc(800_000, 'k') }],
    ['headers', { headers: { big: Buffer.alloc(800_000, 'h') } }],
  ])('keeps a record whole whose %s no message about it could repeat', async (_, other) => {
    const before = deadLetters.length;
    await namespace.produce(TOPIC, { raw: { key: 'k', value: '{', headers: {}, partition: 0, ...other } });
    await raw('}');
    await eventually(() => expect(deadLetters).toHaveLength(before + 2), { timeoutMs: 15_000 });
    expect(
      lettersIn()
        .slice(before)
        .map((letter) => letter.value),
    ).toEqual(['{', '}'].map((value) => Buffer.from(value).toString('base64')));
    const { rows } = await owner.query<{ bytes: number }>(
      `SELECT coalesce(length(message_key), 0) + length(message_headers::text) AS bytes FROM dead_letter
        WHERE id = $1`,
      [lettersIn()[before]?.deadLetterId],
    );
    expect(rows[0]?.bytes).toBeGreaterThan(800_000);
  });

  it('keeps at least the bytes of a record whose words the database does not take', async () => {
    await owner.query(`ALTER TABLE dead_letter ADD CONSTRAINT words CHECK (error <> 'unspeakable')`);
    const before = deadLetters.length;
    const value = Buffer.from('unspeakable');
    const record = { topic: TOPIC, partition: 0, offset: '901', key: null, value, headers: [] };
    await app.get(DeadLetters).bury(record, { kind: 'rejected', reason: 'bad_json', error: 'unspeakable' });
    await eventually(() => expect(deadLetters).toHaveLength(before + 1));
    expect(lettersIn().at(-1)).toMatchObject({ reason: 'bad_json', value: value.toString('base64') });
    expect(lettersIn().at(-1)?.error).toContain('could not be stored');
    await owner.query('ALTER TABLE dead_letter DROP CONSTRAINT words');
  });

  it.each(['throws', 'type error', 'throws a string', 'forbidden', 'swallows'])(
    'buries a fact whose consumer fails after three tries (%s), leaves no trace of it, and goes on',
    async (displayName) => {
      const before = deadLetters.length;
      const { user, id } = await send(displayName);
      await goesOn();
      await eventually(() => expect(deadLetters).toHaveLength(before + 1));
      expect(attempts.filter((name) => name === displayName)).toHaveLength(3);
      expect(await timesGreeted(user.userId)).toBe(0);
      expect(effects).not.toContain(id);
      expect((await owner.query('SELECT FROM inbox WHERE event_id = $1', [id])).rowCount).toBe(0);
      expect(lettersIn().at(-1)?.reason).toBe('handler_failed');
    },
  );

  it('handles a dead letter on replay, once', async () => {
    const { user } = await send('throws');
    const letters = app.get(DeadLetters);
    const waiting = () =>
      letters.list(tenantId, { limit: 100 }).then(({ items }) => items.filter((row) => !row.replayed_at));
    const before = await waiting();
    await eventually(async () => expect((await waiting()).length).toBeGreaterThan(0));
    await eventually(async () => expect(await waiting()).not.toEqual(before));
    const [newest] = await waiting();
    expect(await letters.replay(tenantId, newest!.id)).toMatchObject({ kind: 'rejected' });
    const behaviour = misbehave['throws']!;
    delete misbehave['throws'];
    try {
      expect(await letters.replay(newId(), newest!.id)).toBeUndefined();
      expect(await letters.replay(tenantId, newest!.id)).toEqual({ kind: 'handled' });
      expect(await letters.replay(tenantId, newest!.id)).toEqual({ kind: 'duplicate' });
    } finally {
      misbehave['throws'] = behaviour;
    }
    expect(await timesGreeted(user.userId)).toBe(1);
    expect((await waiting()).map(({ id }) => id)).not.toContain(newest!.id);
  });

  it('waits while the database cuts its connections, then handles what came meanwhile, without dead letters', async () => {
    const before = deadLetters.length;
    gate = Promise.withResolvers<void>();
    const { user } = await send('Ana');
    await eventually(() => expect(attempts).toHaveLength(1));
    // The handler is inside its transaction now.
    await asAdmin(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'octopus-notification' AND datname = $1`,
      [database.name],
    );
    gate.resolve();
    gate = undefined;
    await eventually(async () => expect(await timesGreeted(user.userId)).toBe(1));
    await goesOn();
    expect(deadLetters).toHaveLength(before);
  });

  it('tries again and again what only the server stands in the way of', async () => {
    const before = deadLetters.length;
    const { user } = await send('busy');
    await eventually(async () => expect(await timesGreeted(user.userId)).toBe(1));
    expect(attempts).toEqual(Array(6).fill('busy'));
    await goesOn();
    expect(deadLetters).toHaveLength(before);
  });

  it('waits, paused, for as long as the database lets nobody in', async () => {
    const before = deadLetters.length;
    const role = new URL(database.appUrl).username;
    await asAdmin(`ALTER ROLE "${role}" CONNECTION LIMIT 0`);
    await asAdmin(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'octopus-notification' AND datname = $1`,
      [database.name],
    );
    const { user } = await send('Ana');
    const pauses = async () =>
      (await app.get(Metrics).registry.getSingleMetric('consumer_pauses_total')!.get()).values;
    const former = (await pauses())[0]?.value ?? 0;
    await eventually(async () => expect((await pauses())[0]?.value).toBeGreaterThan(former + 2));
    expect(attempts).toEqual([]);
    await asAdmin(`ALTER ROLE "${role}" CONNECTION LIMIT -1`);
    await eventually(async () => expect(await timesGreeted(user.userId)).toBe(1), { timeoutMs: 15_000 });
    await goesOn();
    expect(deadLetters).toHaveLength(before);
  });

  it('finishes the fact in hand when it is stopped, and starts where it ended', async () => {
    gate = Promise.withResolvers<void>();
    const { user } = await send('Ana');
    await eventually(() => expect(attempts).toHaveLength(1));
    const closed = app.close();
    await new Promise((resolve) => setTimeout(resolve, 200));
    gate.resolve();
    gate = undefined;
    await closed;
    expect(await timesGreeted(user.userId)).toBe(1);
    attempts = [];
    app = await start();
    await goesOn();
    expect(attempts).toHaveLength(6);
  });

  it('handles a fact once though the group is shared out anew while it is in hand', async () => {
    gate = Promise.withResolvers<void>();
    const sent = await Promise.all(Array.from({ length: 4 }, () => send('Ana')));
    await eventually(() => expect(attempts.length).toBeGreaterThan(0));
    const other = await start();
    try {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      gate.resolve();
      gate = undefined;
      const health = other.get(HealthChecks);
      await eventually(async () =>
        expect((await health.run('ready')).checks).toContainEqual({ name: 'kafka-consumer', ok: true }),
      );
      await goesOn();
      expect(await Promise.all(sent.map(({ user }) => timesGreeted(user.userId)))).toEqual([1, 1, 1, 1]);
    } finally {
      await other.close();
    }
    await goesOn();
  });

  it('tells of a record once, though it is buried twice', async () => {
    const before = deadLetters.length;
    const record = {
      topic: TOPIC,
      partition: 0,
      offset: '900',
      key: null,
      value: Buffer.from('x'),
      headers: [],
    };
    const bury = (value: Buffer) =>
      app.get(DeadLetters).bury({ ...record, value }, { kind: 'rejected', reason: 'bad_json', error: 'x' });
    await bury(record.value);
    await bury(record.value);
    // The topic was made anew: the same place, another record.
    await bury(Buffer.from('y'));
    await eventually(() => expect(deadLetters.length).toBeGreaterThanOrEqual(before + 2));
    await goesOn();
    expect(deadLetters).toHaveLength(before + 2);
  });

  it('is ready once it has joined its group', async () => {
    const health = app.get(HealthChecks);
    await eventually(async () =>
      expect((await health.run('ready')).checks).toContainEqual({ name: 'kafka-consumer', ok: true }),
    );
    expect((await health.run('live')).ok).toBe(true);
  });
});
