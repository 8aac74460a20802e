import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import { OutboxBundles1767225600005 } from '../database/base-migrations/1767225600005-outbox-bundles.js';
import { messagesOf } from './bundle.js';
import type { OutboxRow } from './new-event.js';
import { readPending } from './pending-bundles.js';

interface Fact {
  shard: number;
  seq: string;
  topic: string;
  key: string;
  headers: Record<string, string>;
  payload: { n: number };
}

let database: TestDatabase;
let pool: pg.Pool;
beforeAll(async () => {
  database = await testDatabase({ service: 'targeting', migrations: [] });
  pool = database.ownerPool();
});
beforeEach(() => pool.query('DELETE FROM outbox'));
afterAll(() => database?.drop());

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);
const fact = (n: number, over: Partial<OutboxRow> = {}): OutboxRow => {
  const id = newId();
  const key = `k${n % 5}`;
  return { id, tenantId: null, topic: 't', key, headers: { ce_id: id, n: `${n}` }, payload: { n }, ...over };
};
const add = (facts: readonly OutboxRow[]) =>
  pool.query('SELECT outbox_add($1::jsonb)', [JSON.stringify(facts)]);
const told = async (): Promise<Fact[]> =>
  (await pool.query<Fact>('SELECT * FROM outbox_fact ORDER BY seq, place')).rows;
const sizes = async (): Promise<number[]> =>
  (
    await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM outbox_fact GROUP BY seq ORDER BY seq')
  ).rows.map(({ n }) => n);
const perShard = (facts: readonly Pick<Fact, 'shard' | 'payload'>[]) =>
  Object.fromEntries(
    [...Map.groupBy(facts, ({ shard }) => shard)].map(([shard, of]) => [
      shard,
      of.map(({ payload }) => payload.n),
    ]),
  );

describe('outbox_add', () => {
  it('makes one bundle per shard, topic and tenant, in the order given', async () => {
    const [a, b] = [newId(), newId()];
    const facts = upTo(60).map((n) => fact(n, { topic: `t${n % 2}`, tenantId: n % 3 ? a : b }));
    await add(facts);
    const stored = await told();
    expect(stored.map(({ payload }) => payload.n).toSorted((x, y) => x - y)).toEqual(upTo(60));
    const bundles = Map.groupBy(stored, ({ seq }) => seq);
    const kinds = new Set(
      stored.map(({ shard, topic, headers }) => `${shard} ${topic} ${Number(headers['n']) % 3 ? 'a' : 'b'}`),
    );
    expect(bundles.size).toBe(kinds.size);
    for (const of of Map.groupBy(stored, ({ topic, key }) => `${topic} ${key}`).values())
      for (const tenant of [0, 1]) {
        const numbers = of.map(({ payload }) => payload.n).filter((n) => Number(n % 3 > 0) === tenant);
        expect(numbers).toEqual(numbers.toSorted((x, y) => x - y));
      }
    for (const one of stored) {
      const given = facts[one.payload.n]!;
      expect([one.key, one.headers, one.topic]).toEqual([given.key, given.headers, given.topic]);
    }
  });

  it('keeps bundles small enough for a broker: by count, by bytes, and a large fact by itself', async () => {
    const key = 'k';
    await add(upTo(300).map((n) => fact(n, { key })));
    expect(await sizes()).toEqual([128, 128, 44]);
    await pool.query('DELETE FROM outbox');
    const text = (length: number) => 'x'.repeat(length);
    const lengths = [90_000, 90_000, 690_000, 10, 690_000, 690_000, 10, 10];
    await add(lengths.map((length, n) => fact(n, { key, payload: { n, text: text(length) } })));
    expect(await sizes()).toEqual([2, 1, 1, 1, 1, 2]);
    expect((await told()).map(({ payload }) => payload.n)).toEqual(upTo(8));
    await pool.query('DELETE FROM outbox');
    await add(upTo(20).map((n) => fact(n, { key, payload: { n, text: text(99_000) } })));
    const { rows } = await pool.query<{ bytes: number }>(
      'SELECT max(octet_length(facts)) AS bytes FROM outbox',
    );
    expect(rows[0]?.bytes).toBeLessThan(500_001);
    expect((await told()).map(({ payload }) => payload.n)).toEqual(upTo(20));
  });
});

describe('a look at the outbox', () => {
  it('takes the oldest bundles that fit, and one however large it is', async () => {
    for (const n of upTo(4)) await add([fact(n, { key: 'k', payload: { n, text: 'ž'.repeat(1_000) } })]);
    const { rows } = await pool.query<{ shard: number }>('SELECT DISTINCT shard FROM outbox');
    const shards = rows.map(({ shard }) => shard);
    const look = async (bytes?: number) =>
      (await readPending(pool, shards, [], bytes))
        .flatMap(messagesOf)
        .map(({ record }) => (JSON.parse(record.value) as { n: number }).n);
    expect(await look()).toEqual([0, 1, 2, 3]);
    expect(await look(10_000)).toEqual([0, 1]);
    expect(await look(10)).toEqual([0]);
    expect(await readPending(pool, shards, ['t'])).toEqual([]);
  });
});

describe('the change to bundles', () => {
  let dataSource: DataSource;
  let runner: QueryRunner;
  const migration = new OutboxBundles1767225600005();
  beforeAll(async () => {
    dataSource = await new DataSource({ type: 'postgres', url: database.ownerUrl }).initialize();
    runner = dataSource.createQueryRunner();
  });
  afterAll(() => dataSource?.destroy());

  const inTransaction = async (work: () => Promise<void>) => {
    await runner.startTransaction();
    await work().then(
      () => runner.commitTransaction(),
      async (error: unknown) => {
        await runner.rollbackTransaction();
        throw error;
      },
    );
  };

  it('keeps what lies there, both ways, with its order, its headers and its age', async () => {
    await pool.query(
      `INSERT INTO outbox (shard, topic, head, facts, created_at) SELECT outbox_shard('k1'), 't', '{"ce_type":"x"}', $1, '2026-01-01'`,
      [
        upTo(3)
          .map((n) => `["k1",{"ce_id":"${newId()}","n":"${n}"}]\n{"n":${n}}`)
          .join('\n'),
      ],
    );
    await add(
      upTo(30)
        .slice(3)
        .map((n) => fact(n)),
    );
    const before = await told();
    expect(before[0]?.headers).toMatchObject({ ce_type: 'x', n: '0' });

    await inTransaction(() => migration.down(runner));
    const { rows } = await pool.query<Fact>('SELECT * FROM outbox ORDER BY seq');
    const seen = ({ shard, topic, key, headers, payload }: Fact) => ({ shard, topic, key, headers, payload });
    expect(rows.map(seen)).toEqual(before.map(seen));
    await add([fact(30)]);
    await add([fact(31, { key: 'k1', payload: { n: 31, text: 'two\nlines, "quoted" \\ ž' } })]);
    const old = (await pool.query<Fact>('SELECT * FROM outbox ORDER BY seq')).rows;

    await inTransaction(() => migration.up(runner));
    const after = await told();
    expect(after.map((one) => [one.seq, seen(one)])).toEqual(old.map((one) => [one.seq, seen(one)]));
    expect(await sizes()).toEqual(upTo(32).map(() => 1));
    const messages = (await readPending(pool, upTo(8), [])).flatMap(messagesOf);
    expect(messages.map(({ record }) => JSON.parse(record.value) as unknown)).toEqual(
      old.map(({ payload }) => payload),
    );
    const oldest = await pool.query<{ at: Date }>('SELECT min(created_at) AS at FROM outbox');
    expect(oldest.rows[0]?.at.getUTCFullYear()).toBe(2026);
    await add([fact(32)]);
    expect((await told()).at(-1)?.payload.n).toBe(32);
    expect(perShard(after)).toEqual(perShard(old));
  });
});
