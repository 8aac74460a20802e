import type pg from 'pg';

/** A row of the outbox, its JSON kept as text: nobody here looks into it. */
export interface PendingFact {
  readonly shard: number;
  /** bigint as text. */
  readonly seq: string;
  readonly topic: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly payload: string;
  /** Seconds since it was written, by the server's clock. */
  readonly age: number;
}

/** A batch is one record batch per partition for the broker, which takes 1 MB. */
const MAX_BATCH_BYTES = 800_000;
/** Headers and the broker's own framing, generously. */
const BYTES_BESIDE_PAYLOAD = 1_000;
const MAX_PER_SHARD = 200;

/**
 * The oldest rows of each of the shards, in the order in which they must leave. Whatever lies there is unsent: a row that
 * commits late with a lower number is found by the next look, so there are no gaps.
 */
export async function readPending(
  pool: Pick<pg.Pool, 'query'>,
  shards: readonly number[],
  exceptTopics: readonly string[],
): Promise<PendingFact[]> {
  const { rows } = await pool.query<PendingFact>(
    `SELECT fact.* FROM unnest($1::smallint[]) AS ours(shard) CROSS JOIN LATERAL (
       SELECT shard, seq, topic, key, headers, payload::text AS payload,
              extract(epoch FROM clock_timestamp() - created_at)::float8 AS age
         FROM outbox WHERE outbox.shard = ours.shard AND topic <> ALL ($2)
        ORDER BY seq LIMIT ${MAX_PER_SHARD}) AS fact
      ORDER BY fact.seq`,
    [shards, exceptTopics],
  );
  return withinBytes(rows, MAX_BATCH_BYTES);
}

/** As many of the first rows as fit, at least one. */
export function withinBytes<Row extends { payload: string }>(rows: readonly Row[], limit: number): Row[] {
  let bytes = 0;
  const end = rows.findIndex(
    ({ payload }) => (bytes += Buffer.byteLength(payload) + BYTES_BESIDE_PAYLOAD) > limit,
  );
  return end === -1 ? [...rows] : rows.slice(0, Math.max(1, end));
}

export async function deleteSent(pool: Pick<pg.Pool, 'query'>, sent: readonly PendingFact[]): Promise<void> {
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
