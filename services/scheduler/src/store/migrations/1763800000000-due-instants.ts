import { tenantTable } from '#platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The instants that are still to come, and what keeps them right: the coupon's newest version and what was announced. */
export class DueInstants1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE due, announced, coupon_schedule');
  }
}

const statements = [
  // Stays when nothing is to come any more: an old snapshot that is read again must not revive anything.
  `CREATE TABLE coupon_schedule (
    tenant_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (tenant_id, coupon_id)
  )`,
  ...tenantTable('coupon_schedule'),

  // The last instant announced of each kind: it is not planned again, however often the coupon changes.
  `CREATE TABLE announced (
    tenant_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    kind text NOT NULL,
    due_at timestamptz(3) NOT NULL,
    PRIMARY KEY (tenant_id, coupon_id, kind)
  )`,
  ...tenantTable('announced'),

  // A queue over all tenants. Claims and pauses go by the server's real clock, due_at by octopus_now().
  `CREATE TABLE due (
    tenant_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('start', 'end')),
    due_at timestamptz(3) NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    lease uuid,
    not_before timestamptz NOT NULL DEFAULT 'epoch',
    PRIMARY KEY (tenant_id, coupon_id, kind)
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`,
  'CREATE INDEX due_in_order ON due (due_at)',
];
