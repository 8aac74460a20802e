import type { MigrationInterface, QueryRunner } from 'typeorm';
import { expiringTable, tenantTable } from '#platform';

const PARTITIONS = 8;
/** Wishes older than 365 days are refused (domain/source-age): until then it is known which were answered. */
const DAYS = 400;

/** Which wishes for another total cap were answered: one that comes again is not answered twice. */
export class CapAnswers1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE cap_answer (
        tenant_id uuid NOT NULL,
        request_id uuid NOT NULL,
        coupon_id uuid NOT NULL,
        created_at timestamptz(3) NOT NULL,
        PRIMARY KEY (tenant_id, request_id)
      ) PARTITION BY HASH (request_id)`);
    for (let part = 0; part < PARTITIONS; part += 1)
      await runner.query(
        `CREATE TABLE cap_answer_${part} PARTITION OF cap_answer
           FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${part})`,
      );
    for (const statement of [...tenantTable('cap_answer'), ...expiringTable('cap_answer', { days: DAYS })])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION prune_expired_cap_answer(integer)');
    await runner.query('DROP TABLE cap_answer');
  }
}
