import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What owners want to change in coupons that the tenant has approved (U4), and the queue of both kinds of approval. */
export class PendingRevisions1764500000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coupon ADD COLUMN pending_revision jsonb');
    // A column of its own, so that a foreign key keeps the image until the tenant has decided.
    await runner.query(
      `ALTER TABLE coupon ADD COLUMN pending_image_id uuid
         GENERATED ALWAYS AS ((pending_revision -> 'fields' ->> 'imageId')::uuid) STORED`,
    );
    await runner.query(
      `ALTER TABLE coupon ADD CONSTRAINT the_image_of_a_revision_is_kept
         FOREIGN KEY (tenant_id, pending_image_id) REFERENCES image (tenant_id, image_id)`,
    );
    await runner.query(
      `CREATE INDEX coupon_of_pending_image ON coupon (tenant_id, pending_image_id) WHERE pending_image_id IS NOT NULL`,
    );
    await runner.query(
      `CREATE INDEX coupon_awaiting_decision ON coupon (tenant_id, coupon_id)
         WHERE status = 'pending_approval' OR pending_revision IS NOT NULL`,
    );
    await runner.query('DROP INDEX coupon_awaiting_approval');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE INDEX coupon_awaiting_approval ON coupon (tenant_id, coupon_id) WHERE status = 'pending_approval'`,
    );
    await runner.query('DROP INDEX coupon_awaiting_decision');
    await runner.query('ALTER TABLE coupon DROP COLUMN pending_image_id, DROP COLUMN pending_revision');
  }
}
