import { tenantTable } from '#platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Images of coupons, and when each is to be looked at again, as one that no coupon uses is removed. */
export class Images1764200000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coupon DROP COLUMN image_id');
    await runner.query('DROP TABLE image, image_check');
  }
}

const statements = [
  // `hash`: of the tenant and the uploaded bytes; names the files.
  `CREATE TABLE image (
    tenant_id uuid NOT NULL,
    image_id uuid NOT NULL,
    hash text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    created_at timestamptz(3) NOT NULL DEFAULT octopus_now(),
    PRIMARY KEY (tenant_id, image_id),
    UNIQUE (tenant_id, hash)
  )`,
  ...tenantTable('image'),

  // A queue over all tenants: holds no business data, only where to look and when. A row outlives its image until the
  // files are gone, and comes before the first file is written.
  `CREATE TABLE image_check (
    hash text PRIMARY KEY,
    tenant_id uuid NOT NULL,
    due_at timestamptz(3) NOT NULL
  )`,
  'CREATE INDEX image_check_due ON image_check (due_at)',

  'ALTER TABLE coupon ADD COLUMN image_id uuid',
  `ALTER TABLE coupon ADD CONSTRAINT the_image_of_a_coupon_is_kept
     FOREIGN KEY (tenant_id, image_id) REFERENCES image (tenant_id, image_id)`,
  'CREATE INDEX coupon_of_image ON coupon (tenant_id, image_id) WHERE image_id IS NOT NULL',
];
