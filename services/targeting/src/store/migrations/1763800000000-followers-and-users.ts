import { tenantTable } from '#platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who follows which channel, and who uses the app. Removed ones stay as tombstones. */
export class FollowersAndUsers1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE follower, app_user');
  }
}

const statements = [
  `CREATE TABLE follower (
    tenant_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    user_id uuid NOT NULL,
    revision bigint NOT NULL,
    following boolean NOT NULL,
    since timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, channel_id, user_id)
  )`,
  // Pages of followers must not wade through those who left.
  'CREATE INDEX follower_present ON follower (tenant_id, channel_id, user_id) INCLUDE (since) WHERE following',
  ...tenantTable('follower'),
  `CREATE TABLE app_user (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    revision bigint NOT NULL,
    display_name text,
    time_zone text,
    removed boolean NOT NULL,
    PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT removed_users_keep_nothing_personal
      CHECK (removed = (display_name IS NULL) AND (NOT removed OR time_zone IS NULL))
  )`,
  ...tenantTable('app_user'),
];
