import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who is told when something of a channel needs its owners. null = the channel was told before owners were kept. */
export class ChannelOwners1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE channel_name ADD COLUMN owner_ids uuid[]');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE channel_name DROP COLUMN owner_ids');
  }
}
