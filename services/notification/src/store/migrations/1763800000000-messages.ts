import { tenantTable } from '#platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Inboxes, and what is needed to write into them: coupons' texts and the names of users and channels. */
export class Messages1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...inbox, ...texts, ...pending]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE pending_message, user_name, channel_name, coupon_text, message, inbox_position',
    );
  }
}

const inbox = [
  // The row lock on `last` orders one user's messages by commit, so a reader that has seen position n has seen all before it.
  `CREATE TABLE inbox_position (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    last bigint NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
  ) WITH (fillfactor = 80)`,
  ...tenantTable('inbox_position'),
  `CREATE TABLE message (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    position bigint NOT NULL,
    message_id uuid NOT NULL,
    kind text NOT NULL,
    cause_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    coupon_id uuid,
    redemption_id uuid,
    text text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, user_id, position),
    CONSTRAINT message_once_per_cause UNIQUE (tenant_id, cause_id, kind)
  )`,
  ...tenantTable('message'),
];

const texts = [
  `CREATE TABLE coupon_text (
    tenant_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    version bigint NOT NULL,
    name text NOT NULL,
    redeemed text NOT NULL,
    PRIMARY KEY (tenant_id, coupon_id)
  )`,
  ...tenantTable('coupon_text'),
  `CREATE TABLE channel_name (
    tenant_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    revision bigint NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (tenant_id, channel_id)
  )`,
  ...tenantTable('channel_name'),
  // name is null once the account is removed; the row stays, so that an older fact cannot bring the name back.
  `CREATE TABLE user_name (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    revision bigint NOT NULL,
    name text,
    PRIMARY KEY (tenant_id, user_id)
  )`,
  ...tenantTable('user_name'),
];

// A work queue: drained across tenants, hence without row-level security, and it holds ids only.
const pending = [
  `CREATE TABLE pending_message (
    tenant_id uuid NOT NULL,
    cause_id uuid NOT NULL,
    kind text NOT NULL,
    user_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    coupon_version bigint NOT NULL,
    correlation_id text NOT NULL,
    causation_id text NOT NULL,
    received_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    leased boolean NOT NULL DEFAULT false,
    late_reported boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tenant_id, cause_id, kind)
  )`,
  'CREATE INDEX pending_message_due ON pending_message (due_at)',
  'CREATE INDEX pending_message_coupon ON pending_message (tenant_id, coupon_id)',
];
