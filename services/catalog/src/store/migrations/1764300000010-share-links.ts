import { tenantTable } from '#platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Short links to coupons. */
export class ShareLinks1764300000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE share_link, share_code');
  }
}

const statements = [
  `CREATE TABLE share_link (
    tenant_id uuid NOT NULL,
    link_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    code text NOT NULL,
    created_at timestamptz(3) NOT NULL,
    revoked_at timestamptz(3),
    PRIMARY KEY (tenant_id, link_id),
    UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, coupon_id) REFERENCES coupon (tenant_id, coupon_id) ON DELETE CASCADE
  )`,
  'CREATE INDEX share_link_of_coupon ON share_link (tenant_id, coupon_id, link_id)',
  ...tenantTable('share_link'),

  // Over all tenants: whoever opens a link belongs to none yet. Holds nothing but whose code it is.
  'CREATE TABLE share_code (code text PRIMARY KEY, tenant_id uuid NOT NULL)',
];
