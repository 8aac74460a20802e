import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * During a rolling update processes from before there were cohorts go on writing: their ON CONFLICT needs a unique index
 * without the cohort, and they give no rank and no data. All instants are of whole coupons so far, so both keys hold.
 * To be dropped, with the defaults, in the release after this one, and before any cohort has instants of its own.
 */
export class EarlierBuildsWriteToo1765030000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of undo) await runner.query(statement);
  }
}

const statements = [
  'CREATE UNIQUE INDEX due_of_coupon ON due (tenant_id, coupon_id, kind)',
  'CREATE UNIQUE INDEX announced_of_coupon ON announced (tenant_id, coupon_id, kind)',
  // They write starts and ends only. Of a coupon's equal instants the end comes last, and a start is never equal to its end.
  'ALTER TABLE due ALTER COLUMN rank SET DEFAULT 9',
  `ALTER TABLE due ALTER COLUMN data SET DEFAULT '{}'`,
];

const undo = [
  'DROP INDEX due_of_coupon',
  'DROP INDEX announced_of_coupon',
  'ALTER TABLE due ALTER COLUMN rank DROP DEFAULT, ALTER COLUMN data DROP DEFAULT',
];
