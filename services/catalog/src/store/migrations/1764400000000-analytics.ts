import { tenantTable } from '#platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The read model of analytics, the journal from which it can be made again, and the audience of coupons without grants. */
export class Analytics1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...readModel, ...journal, ...audience]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DROP TABLE analytics_total, analytics_quarter, analytics_reach, analytics_journal, analytics_generation,
         analytics_audience, analytics_follower, analytics_app_user`,
    );
  }
}

/** Rows that many batches update: room on the page keeps the updates out of the indexes. */
const HOT = 'WITH (fillfactor = 50)';

const readModel = [
  `CREATE TABLE analytics_total (
    tenant_id uuid NOT NULL,
    generation integer NOT NULL,
    coupon_id uuid NOT NULL,
    metric text NOT NULL,
    dimension text NOT NULL,
    amount numeric NOT NULL,
    PRIMARY KEY (tenant_id, generation, coupon_id, metric, dimension)
  ) ${HOT}`,
  ...tenantTable('analytics_total'),

  // A quarter of an hour: the largest stretch of which the hours and days of every time zone are made.
  `CREATE TABLE analytics_quarter (
    tenant_id uuid NOT NULL,
    generation integer NOT NULL,
    coupon_id uuid NOT NULL,
    quarter timestamptz(0) NOT NULL,
    redemptions bigint NOT NULL,
    voided bigint NOT NULL,
    impressions bigint NOT NULL,
    refusals bigint NOT NULL,
    granted bigint NOT NULL,
    PRIMARY KEY (tenant_id, generation, coupon_id, quarter)
  ) ${HOT}`,
  ...tenantTable('analytics_quarter'),

  // One row per user that a coupon has reached. Numbers, not yes and no: facts that come in any order add up alike.
  `CREATE TABLE analytics_reach (
    tenant_id uuid NOT NULL,
    generation integer NOT NULL,
    coupon_id uuid NOT NULL,
    user_id uuid NOT NULL,
    granted integer NOT NULL,
    seen integer NOT NULL,
    redeemed integer NOT NULL,
    PRIMARY KEY (tenant_id, generation, coupon_id, user_id)
  ) WITH (fillfactor = 80)`,
  ...tenantTable('analytics_reach'),
];

const journal = [
  // A row per batch of facts. Never updated, never pruned: the truth behind the read model.
  `CREATE TABLE analytics_journal (
    tenant_id uuid NOT NULL,
    seq bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
    facts json NOT NULL,
    PRIMARY KEY (tenant_id, seq)
  )`,
  ...tenantTable('analytics_journal'),

  // Over all tenants: which generation of the read model is shown, and how far the next one is made. No business data.
  `CREATE TABLE analytics_generation (
    tenant_id uuid PRIMARY KEY,
    live integer NOT NULL DEFAULT 1,
    building integer,
    made_of bigint,
    made_through bigint,
    CONSTRAINT a_generation_in_making_has_bounds
      CHECK ((building IS NULL) = (made_of IS NULL) AND (building IS NULL) = (made_through IS NULL))
  ) ${HOT}`,
];

const audience = [
  `CREATE TABLE analytics_follower (
    tenant_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    user_id uuid NOT NULL,
    revision bigint NOT NULL,
    counts boolean NOT NULL,
    counted boolean NOT NULL,
    PRIMARY KEY (tenant_id, channel_id, user_id)
  )`,
  ...tenantTable('analytics_follower'),

  `CREATE TABLE analytics_app_user (
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    revision bigint NOT NULL,
    counts boolean NOT NULL,
    counted boolean NOT NULL,
    PRIMARY KEY (tenant_id, user_id)
  )`,
  ...tenantTable('analytics_app_user'),

  // Followers by channel; all users of the app under the nil id.
  `CREATE TABLE analytics_audience (
    tenant_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    users bigint NOT NULL,
    PRIMARY KEY (tenant_id, channel_id)
  ) ${HOT}`,
  ...tenantTable('analytics_audience'),
];
