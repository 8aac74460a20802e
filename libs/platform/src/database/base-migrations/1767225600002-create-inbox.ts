import type { MigrationInterface, QueryRunner } from 'typeorm';

const PARTITIONS = 8;

export class CreateInbox1767225600002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Event ids are UUIDv7: the key itself is in time order, so old rows are pruned by it without an index more.
    await runner.query(`
      CREATE TABLE inbox (
        consumer text NOT NULL,
        event_id uuid NOT NULL,
        received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (consumer, event_id)
      ) PARTITION BY HASH (event_id)`);
    for (let part = 0; part < PARTITIONS; part += 1)
      await runner.query(
        `CREATE TABLE inbox_${part} PARTITION OF inbox FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${part})`,
      );
    await this.#createDeadLetters(runner);
  }

  /** Everything that replaying needs, in the bytes that came. The digest tells a recreated topic's offsets apart. */
  async #createDeadLetters(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE dead_letter (
        id uuid PRIMARY KEY,
        tenant_id uuid,
        topic text NOT NULL,
        partition integer NOT NULL,
        message_offset bigint NOT NULL,
        message_key bytea,
        message_value bytea,
        message_headers jsonb NOT NULL,
        digest bytea NOT NULL,
        event_id uuid,
        event_type text,
        reason text NOT NULL,
        error text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        replays integer NOT NULL DEFAULT 0,
        replayed_at timestamptz,
        UNIQUE (topic, partition, message_offset, digest)
      )`);
    // For pruning; what was never replayed is kept, and is not in it.
    await runner.query(
      'CREATE INDEX dead_letter_replayed ON dead_letter (replayed_at) WHERE replayed_at IS NOT NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dead_letter, inbox');
  }
}
