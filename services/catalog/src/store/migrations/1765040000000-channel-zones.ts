import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Channels that moved to another time zone, until their coupons have followed. */
export class ChannelZones1765040000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // A queue over all tenants. `after_coupon`: how far it has come, in the order of ids.
    await runner.query(`CREATE TABLE channel_zone_change (
      tenant_id uuid NOT NULL,
      channel_id uuid NOT NULL,
      event_id uuid NOT NULL,
      after_coupon uuid,
      PRIMARY KEY (tenant_id, channel_id)
    )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE channel_zone_change');
  }
}
