import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The Manage list in its orders, of all coupons of a channel and of those of one status and type. */
export class Manage1764200000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A column: row-level security lets an index be asked about columns, not about what is reckoned from them.
    await runner.query(
      'ALTER TABLE coupon ADD COLUMN place integer NOT NULL GENERATED ALWAYS AS (-coalesce(position, 2147483647)) STORED',
    );
    for (const [name, columns] of Object.entries(indexes))
      await runner.query(`CREATE INDEX ${name} ON coupon (tenant_id, ${columns}, coupon_id)`);
    await runner.query(
      `CREATE INDEX coupon_of_programme ON coupon (tenant_id, programme_id, channel_id, created_at, coupon_id)
         WHERE programme_id IS NOT NULL`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX coupon_of_programme, ${Object.keys(indexes).join(', ')}`);
    await runner.query('ALTER TABLE coupon DROP COLUMN place');
  }
}

const indexes = {
  coupon_edited_of_channel: 'channel_id, edited_at',
  coupon_placed_of_channel: 'channel_id, place, edited_at',
  coupon_newest_of_kind: 'channel_id, status, type, created_at',
  coupon_edited_of_kind: 'channel_id, status, type, edited_at',
  coupon_placed_of_kind: 'channel_id, status, type, place, edited_at',
};
