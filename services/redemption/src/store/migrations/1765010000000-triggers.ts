import { tenantTable } from '#platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The tenant's external calls, as catalog tells: whoever delivers a fulfilment reads here how. */
export class Triggers1765010000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE trigger (
         tenant_id uuid NOT NULL,
         trigger_id uuid NOT NULL,
         revision bigint NOT NULL,
         method text NOT NULL,
         url text NOT NULL,
         headers jsonb NOT NULL,
         body_template text,
         signing_key text NOT NULL,
         timeout_ms integer NOT NULL,
         max_attempts integer NOT NULL,
         removed boolean NOT NULL,
         PRIMARY KEY (tenant_id, trigger_id)
       )`,
    );
    for (const statement of tenantTable('trigger')) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE trigger');
  }
}
