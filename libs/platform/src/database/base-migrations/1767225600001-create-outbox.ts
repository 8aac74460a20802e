import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOutbox1767225600001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // CACHE 1: numbers kept by a session would let a later commit of the same key draw a lower number.
    await runner.query('CREATE SEQUENCE outbox_seq AS bigint CACHE 1');
    // Unvacuumed, the dead rows at the low end of the key are what every poll must step over.
    await runner.query(`
      CREATE TABLE outbox (
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
      ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
              autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 20000,
              autovacuum_vacuum_cost_delay = 0)`);
    await runner.query('ALTER SEQUENCE outbox_seq OWNED BY outbox.seq');
    await createAddOfRows(runner);
    await this.#createLeases(runner);
  }

  /** Times are the server's real ones: shifting the clock of decisions must not expire leases. */
  async #createLeases(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox_lease (shard smallint PRIMARY KEY, owner uuid, expires_at timestamptz)
        WITH (fillfactor = 50)`);
    await runner.query('INSERT INTO outbox_lease (shard) SELECT generate_series(0, 7)');
    await runner.query(`
      CREATE TABLE outbox_relay (id uuid PRIMARY KEY, expires_at timestamptz NOT NULL) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE outbox_relay, outbox_lease');
    await runner.query('DROP FUNCTION outbox_add(jsonb)');
    await runner.query('DROP TABLE outbox');
  }
}

/** For SQL functions that write facts themselves: rows as `outboxRow` makes them, in the order of the array. */
export async function createAddOfRows(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE FUNCTION outbox_add(facts jsonb) RETURNS void LANGUAGE sql VOLATILE AS $$
      INSERT INTO outbox (shard, id, tenant_id, topic, key, headers, payload)
      SELECT outbox_shard(fact->>'key'), (fact->>'id')::uuid, (fact->>'tenantId')::uuid, fact->>'topic',
             fact->>'key', fact->'headers', fact->'payload'
        FROM jsonb_array_elements(facts) WITH ORDINALITY AS given(fact, place)
       ORDER BY place
    $$`);
}
