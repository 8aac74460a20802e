import type pg from 'pg';
import type { Bundle } from './bundle.js';

/** A row of the outbox: facts of one shard. It leaves whole. */
export interface PendingBundle extends Bundle {
  readonly shard: number;
  /** bigint as text. */
  readonly seq: string;
  /** Seconds since it was written, by the server's clock. */
  readonly age: number;
}

/**
 * A batch is one record batch per partition for the broker, which takes 1 MB. Facts count twice: every record repeats the
 * headers that a bundle has once, and they are about as long as a fact.
 */
const MAX_BATCH_BYTES = 800_000;
const BUNDLES_PER_SHARD = 100;

/**
 * The oldest bundles of each of the shards, in the order in which they must leave, as many as fit a batch, at least one.
 * Whatever lies there is unsent: a bundle that commits late with a lower number is found by the next look, so there are
 * no gaps.
 */
export async function readPending(
  pool: Pick<pg.Pool, 'query'>,
  shards: readonly number[],
  exceptTopics: readonly string[],
  maxBytes = MAX_BATCH_BYTES,
): Promise<PendingBundle[]> {
  const { rows } = await pool.query<PendingBundle>(
    `SELECT shard, seq, topic, head, facts, age FROM (
       SELECT bundle.*, sum(2 * octet_length(facts) + octet_length(head)) OVER (ORDER BY seq) AS bytes,
              row_number() OVER (ORDER BY seq) AS place
         FROM unnest($1::smallint[]) AS ours(shard) CROSS JOIN LATERAL (
           SELECT shard, seq, topic, head, facts, extract(epoch FROM clock_timestamp() - created_at)::float8 AS age
             FROM outbox WHERE outbox.shard = ours.shard AND topic <> ALL ($2)
            ORDER BY seq LIMIT ${BUNDLES_PER_SHARD}) AS bundle) AS oldest
      WHERE bytes <= $3 OR place = 1 ORDER BY seq`,
    [shards, exceptTopics, maxBytes],
  );
  return rows;
}

export async function deleteSent(
  pool: Pick<pg.Pool, 'query'>,
  sent: readonly Pick<PendingBundle, 'shard' | 'seq'>[],
): Promise<void> {
  await pool.query(
    `DELETE FROM outbox USING unnest($1::smallint[], $2::bigint[]) AS sent(shard, seq)
      WHERE outbox.shard = sent.shard AND outbox.seq = sent.seq`,
    [sent.map(({ shard }) => shard), sent.map(({ seq }) => seq)],
  );
}

/** Seconds that the oldest unsent fact has waited; 0 when there is none. */
export async function oldestAge(pool: Pick<pg.Pool, 'query'>): Promise<number> {
  const { rows } = await pool.query<{ age: number | null }>(
    `SELECT extract(epoch FROM clock_timestamp() - min(head.created_at))::float8 AS age
       FROM generate_series(0, 7) AS ours(shard) CROSS JOIN LATERAL (
         SELECT created_at FROM outbox WHERE outbox.shard = ours.shard ORDER BY seq LIMIT 1) AS head`,
  );
  return Math.max(0, rows[0]?.age ?? 0);
}
