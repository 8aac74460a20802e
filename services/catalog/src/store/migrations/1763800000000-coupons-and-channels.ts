import { tenantTable } from '#platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Channels as the platform tells them, coupons, what redemption told about them, and who changed what. */
export class CouponsAndChannels1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_entry, coupon_usage, coupon, channel');
  }
}

const statements = [
  `CREATE TABLE channel (
    tenant_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    revision bigint NOT NULL,
    name text NOT NULL,
    status text NOT NULL CHECK (status IN ('draft', 'active')),
    time_zone text NOT NULL,
    partner_id uuid NOT NULL,
    owner_ids uuid[] NOT NULL,
    PRIMARY KEY (tenant_id, channel_id)
  )`,
  ...tenantTable('channel'),

  // Milliseconds throughout: an instant that went out over HTTP or Kafka compares equal when it comes back.
  `CREATE TABLE coupon (
    tenant_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    type text NOT NULL CHECK (type IN ('qr', 'time_based', 'click', 'auto')),
    status text NOT NULL
      CHECK (status IN ('draft', 'pending_approval', 'scheduled', 'active', 'disabled', 'finished')),
    finished_reason text CHECK (finished_reason IN ('end_date', 'max_redemptions', 'archived')),
    version integer NOT NULL CHECK (version >= 1),
    name text,
    description text,
    redeemed_message text,
    max_redemptions integer CHECK (max_redemptions >= 1),
    max_redemptions_per_user integer CHECK (max_redemptions_per_user >= 1),
    start_at timestamptz(3),
    end_at timestamptz(3),
    time_zone text,
    created_at timestamptz(3) NOT NULL,
    published_at timestamptz(3),
    PRIMARY KEY (tenant_id, coupon_id),
    FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, channel_id),
    CONSTRAINT a_finished_coupon_has_a_reason CHECK ((status = 'finished') = (finished_reason IS NOT NULL)),
    CONSTRAINT only_published_coupons_live
      CHECK ((status IN ('draft', 'pending_approval')) = (published_at IS NULL)),
    CONSTRAINT a_coupon_ends_after_its_start CHECK (end_at > start_at)
  )`,
  'CREATE INDEX coupon_newest_of_channel ON coupon (tenant_id, channel_id, created_at DESC, coupon_id DESC)',
  ...tenantTable('coupon'),

  // Apart from the coupon: it changes with every redemption, and nobody who edits a coupon should wait for that.
  `CREATE TABLE coupon_usage (
    tenant_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    stock_revision bigint NOT NULL DEFAULT 0,
    redeemed integer NOT NULL DEFAULT 0,
    max_redemptions integer,
    applied_version integer NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, coupon_id)
  ) WITH (fillfactor = 50)`,
  ...tenantTable('coupon_usage'),

  // Outlives its coupon: a deleted draft leaves its entries behind.
  `CREATE TABLE audit_entry (
    tenant_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    at timestamptz(3) NOT NULL,
    action text NOT NULL,
    actor_kind text NOT NULL CHECK (actor_kind IN ('person', 'fact')),
    actor_id uuid NOT NULL,
    before jsonb,
    after jsonb,
    PRIMARY KEY (tenant_id, entry_id)
  )`,
  'CREATE INDEX audit_entry_of_coupon ON audit_entry (tenant_id, coupon_id, entry_id)',
  ...tenantTable('audit_entry'),
];
