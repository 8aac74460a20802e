import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createAddOfRows } from './1767225600001-create-outbox.js';

/**
 * A row holds the facts of one shard and topic that were written together, as text: they are written once, read once and
 * never looked into. A row, an index entry, a delete and JSON taken apart for each fact were most of what it cost
 * (docs/adr/0012).
 */
export class OutboxBundles1767225600005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Before the copy is made: whoever is writing a fact has committed by then.
    await runner.query('LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE');
    await runner.query('DROP FUNCTION outbox_add(jsonb)');
    await this.#createBundles(runner);
    await runner.query(`
      INSERT INTO outbox_bundle (shard, seq, tenant_id, topic, head, facts, created_at)
      SELECT shard, seq, tenant_id, topic, '{}', jsonb_build_array(key, headers)::text || E'\\n' || payload::text, created_at
        FROM outbox`);
    await replaceOutbox(runner, 'outbox_bundle');
    await this.#createView(runner);
    await this.#createAdd(runner);
  }

  /**
   * `head`: headers that all its facts share, a JSON object. `facts`: two lines per fact, `[key, {headers of its own}]`
   * and the payload. No CHECK calls a function: PostgreSQL would parse its body in every statement that inserts.
   */
  async #createBundles(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox_bundle (
        shard smallint NOT NULL,
        seq bigint NOT NULL DEFAULT nextval('outbox_seq'),
        tenant_id uuid,
        topic text NOT NULL,
        head text NOT NULL,
        facts text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (shard, seq)
      ) WITH (${vacuumedOften}, toast_tuple_target = 8160)`);
    // A server may be built without it; then what is large is compressed as ever.
    await runner.query(`
      DO $$ BEGIN
        ALTER TABLE outbox_bundle ALTER COLUMN facts SET COMPRESSION lz4;
      EXCEPTION WHEN feature_not_supported THEN NULL; END $$`);
  }

  /** One row per fact, taken apart: for people and tests, not for the relay. */
  async #createView(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE VIEW outbox_fact AS
      SELECT shard, seq, place, tenant_id, topic, own->>0 AS key, head::jsonb || (own->1) AS headers, payload, created_at
        FROM outbox
       CROSS JOIN LATERAL string_to_array(facts, E'\\n') AS line
       CROSS JOIN LATERAL generate_series(1, cardinality(line) / 2) AS place
       CROSS JOIN LATERAL (SELECT line[2 * place - 1]::jsonb AS own, line[2 * place]::jsonb AS payload) AS fact`);
  }

  /**
   * For facts as `outboxRow` makes them, in the order of the array. A bundle is sent whole, so none may outgrow what
   * a broker takes: a large fact has one to itself, and the small ones between them are split by count and bytes.
   */
  async #createAdd(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION outbox_add(facts jsonb) RETURNS void LANGUAGE sql VOLATILE AS $$
        WITH fact AS (
          SELECT place, outbox_shard(given->>'key') AS shard, (given->>'tenantId')::uuid AS tenant_id, given->>'topic' AS topic,
                 jsonb_build_array(given->'key', given->'headers')::text || E'\\n' || (given->'payload')::text AS lines
            FROM jsonb_array_elements(outbox_add.facts) WITH ORDINALITY AS one(given, place)
        ), placed AS (
          SELECT fact.*, is_large,
                 count(*) FILTER (WHERE is_large) OVER earlier AS run,
                 (count(*) OVER earlier - 1) / 128 AS by_count,
                 sum(octet_length(lines)) FILTER (WHERE NOT is_large) OVER earlier / 400000 AS by_bytes
            FROM fact CROSS JOIN LATERAL (SELECT octet_length(lines) > 100000 AS is_large) AS size
          WINDOW earlier AS (PARTITION BY shard, topic, tenant_id ORDER BY place)
        )
        INSERT INTO outbox (shard, tenant_id, topic, head, facts)
        SELECT shard, tenant_id, topic, '{}', string_agg(lines, E'\\n' ORDER BY place)
          FROM placed
         GROUP BY shard, topic, tenant_id, run, is_large, by_count, by_bytes
         ORDER BY min(place)
      $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE');
    await runner.query('DROP FUNCTION outbox_add(jsonb)');
    await runner.query(`
      CREATE TABLE outbox_row (
        shard smallint NOT NULL CHECK (shard = outbox_shard(key)),
        seq bigint NOT NULL DEFAULT nextval('outbox_seq'),
        id uuid NOT NULL,
        tenant_id uuid,
        topic text NOT NULL,
        key text NOT NULL,
        headers jsonb NOT NULL,
        payload jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (shard, seq)
      ) WITH (${vacuumedOften})`);
    // Numbered anew: a bundle has one number for all its facts.
    await runner.query(`
      INSERT INTO outbox_row (shard, id, tenant_id, topic, key, headers, payload, created_at)
      SELECT shard, (headers->>'ce_id')::uuid, tenant_id, topic, key, headers, payload, created_at
        FROM outbox_fact ORDER BY seq, place`);
    await runner.query('DROP VIEW outbox_fact');
    await replaceOutbox(runner, 'outbox_row');
    await createAddOfRows(runner);
  }
}

/** Unvacuumed, the dead rows at the low end of the key are what every poll must step over. */
const vacuumedOften = `
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 20000,
  autovacuum_vacuum_cost_delay = 0`;

async function replaceOutbox(runner: QueryRunner, by: string): Promise<void> {
  await runner.query(`ALTER SEQUENCE outbox_seq OWNED BY ${by}.seq`);
  await runner.query('DROP TABLE outbox');
  await runner.query(`ALTER TABLE ${by} RENAME TO outbox`);
  await runner.query(`ALTER INDEX ${by}_pkey RENAME TO outbox_pkey`);
}
