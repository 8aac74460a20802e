import type { MigrationInterface, QueryRunner } from 'typeorm';
import { expiringTable } from '../expiring-table.js';
import { tenantTable } from '../tenant-table.js';

const PARTITIONS = 8;
/** How long a command may be sent again and is still known. */
const KEPT_DAYS = 30;

export class CreateIdempotencyKeys1767225600003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency_key (
        tenant_id uuid NOT NULL,
        principal uuid NOT NULL,
        route text NOT NULL,
        key text NOT NULL,
        body_hash text NOT NULL,
        status smallint NOT NULL,
        body jsonb NOT NULL,
        headers jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (tenant_id, principal, route, key)
      ) PARTITION BY HASH (key)`);
    for (let part = 0; part < PARTITIONS; part += 1)
      await runner.query(
        `CREATE TABLE idempotency_key_${part} PARTITION OF idempotency_key FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${part})`,
      );
    for (const statement of tenantTable('idempotency_key')) await runner.query(statement);
    for (const statement of expiringTable('idempotency_key', { days: KEPT_DAYS }))
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION prune_expired_idempotency_key(integer)');
    await runner.query('DROP TABLE idempotency_key');
  }
}
