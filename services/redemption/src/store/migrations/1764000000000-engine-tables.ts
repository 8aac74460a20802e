import type { MigrationInterface, QueryRunner } from 'typeorm';
import { expiringTable, tenantTable } from '#platform';

const SOURCE_PARTITIONS = 8;
/** What is older than 365 days is not booked any more (domain/source-age): until then it is known to have been booked. */
const SOURCE_DAYS = 400;

/**
 * What the whole engine stands on: terms of every kind, the directory, grants, passes, points, add-on units, owed calls
 * and automatic attempts. Row keys begin with the tenant.
 */
export class EngineTables1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      ...answers,
      ...coupons,
      ...directory,
      ...grants,
      ...codes,
      ...points,
      ...addons,
      ...fulfilments,
      ...attempts,
    ])
      await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP FUNCTION prune_expired_point_source(integer), prune_expired_addon_source(integer)',
    );
    await runner.query(
      `DROP TABLE auto_attempt, fulfilment, addon_source, addon_entry, addon_balance, point_source, point_entry,
                  point_balance, printed_code, pass, user_grant, cashier, store, programme, point_name, partner, channel,
                  coupon_card`,
    );
    await runner.query(
      `ALTER TABLE redemption
         DROP COLUMN method, DROP COLUMN partner_id, DROP COLUMN store_id, DROP COLUMN cashier_id,
         DROP COLUMN price_point, DROP COLUMN price_amount, DROP COLUMN bonus_point, DROP COLUMN bonus_amount,
         DROP COLUMN units_resource, DROP COLUMN units, DROP COLUMN fulfilment_id, DROP COLUMN voided_at,
         DROP COLUMN voided_by, DROP COLUMN hops`,
    );
    await runner.query(
      `ALTER TABLE coupon
         DROP COLUMN partner_id, DROP COLUMN audience, DROP COLUMN availability, DROP COLUMN time_limit_seconds,
         DROP COLUMN validity_seconds, DROP COLUMN price_point, DROP COLUMN price_amount, DROP COLUMN bonus_point,
         DROP COLUMN bonus_amount, DROP COLUMN trigger_id, DROP COLUMN units_resource, DROP COLUMN units,
         DROP COLUMN time_zone, DROP COLUMN recurrence, DROP COLUMN programme_id`,
    );
    // One partition serves the release before as well.
    await runner.query('ALTER TABLE stored_answer_all RENAME TO stored_answer_0');
    await runner.query('ALTER TABLE stored_answer RENAME CONSTRAINT stored_answer_key TO stored_answer_pkey');
  }
}

/**
 * One partition instead of eight: every look-up by a key had to set up all of them. Partitioned it stays, as no policy lies
 * on a partition and expired rows are everybody's (expiring-table.ts).
 */
const answers = [
  'ALTER TABLE stored_answer RENAME TO stored_answer_in_parts',
  `CREATE TABLE stored_answer (
     tenant_id uuid NOT NULL,
     reservation_id uuid NOT NULL,
     fingerprint uuid NOT NULL,
     body json NOT NULL,
     created_at timestamptz NOT NULL,
     CONSTRAINT stored_answer_key PRIMARY KEY (tenant_id, reservation_id)
   ) PARTITION BY HASH (reservation_id)`,
  'CREATE TABLE stored_answer_all PARTITION OF stored_answer FOR VALUES WITH (MODULUS 1, REMAINDER 0)',
  ...tenantTable('stored_answer'),
  'ALTER TABLE stored_answer_in_parts NO FORCE ROW LEVEL SECURITY',
  'INSERT INTO stored_answer_all SELECT * FROM stored_answer_in_parts',
  'DROP FUNCTION prune_expired_stored_answer(integer)',
  'DROP TABLE stored_answer_in_parts',
  ...expiringTable('stored_answer', { days: 30 }),
];

/** The hot row keeps what decides; texts and order stand apart, so that a batch does not rewrite them. */
const coupons = [
  `ALTER TABLE coupon
     ADD COLUMN partner_id uuid,
     ADD COLUMN audience text NOT NULL DEFAULT 'followers',
     ADD COLUMN availability text NOT NULL DEFAULT 'rule',
     ADD COLUMN time_limit_seconds bigint,
     ADD COLUMN validity_seconds bigint,
     ADD COLUMN price_point uuid,
     ADD COLUMN price_amount bigint,
     ADD COLUMN bonus_point uuid,
     ADD COLUMN bonus_amount bigint,
     ADD COLUMN trigger_id uuid,
     ADD COLUMN units_resource text,
     ADD COLUMN units bigint,
     ADD COLUMN time_zone text,
     ADD COLUMN recurrence jsonb,
     ADD COLUMN programme_id uuid`,
  `CREATE TABLE coupon_card (
     tenant_id uuid NOT NULL,
     coupon_id uuid NOT NULL,
     version integer NOT NULL,
     channel_id uuid NOT NULL,
     name text NOT NULL,
     description text NOT NULL,
     position integer,
     edited_at timestamptz(3) NOT NULL,
     hide_if_not_available boolean NOT NULL,
     listed boolean NOT NULL,
     PRIMARY KEY (tenant_id, coupon_id)
   )`,
  ...tenantTable('coupon_card'),
  // The order of the channel page (M4) among the coupons that may be shown at all.
  `CREATE INDEX coupon_card_in_order
     ON coupon_card (tenant_id, channel_id, (coalesce(position, 2147483647)), edited_at DESC, coupon_id) WHERE listed`,
];

/** Facts of others that redemption reads; a removed subject stays as a tombstone, an older revision is skipped. */
const directory = [
  `CREATE TABLE channel (
     tenant_id uuid NOT NULL,
     channel_id uuid NOT NULL,
     revision bigint NOT NULL,
     partner_id uuid,
     active boolean NOT NULL,
     removed boolean NOT NULL DEFAULT false,
     PRIMARY KEY (tenant_id, channel_id)
   )`,
  `CREATE TABLE partner (
     tenant_id uuid NOT NULL,
     partner_id uuid NOT NULL,
     revision bigint NOT NULL,
     active boolean NOT NULL,
     removed boolean NOT NULL DEFAULT false,
     PRIMARY KEY (tenant_id, partner_id)
   )`,
  `CREATE TABLE point_name (
     tenant_id uuid NOT NULL,
     point_name_id uuid NOT NULL,
     revision bigint NOT NULL,
     partner_id uuid NOT NULL,
     programme_id uuid,
     name text NOT NULL,
     removed boolean NOT NULL DEFAULT false,
     PRIMARY KEY (tenant_id, point_name_id)
   )`,
  `CREATE TABLE programme (
     tenant_id uuid NOT NULL,
     programme_id uuid NOT NULL,
     revision bigint NOT NULL,
     partner_id uuid NOT NULL,
     name text NOT NULL,
     earning_actions jsonb NOT NULL,
     removed boolean NOT NULL DEFAULT false,
     PRIMARY KEY (tenant_id, programme_id)
   )`,
  `CREATE TABLE store (
     tenant_id uuid NOT NULL,
     store_id uuid NOT NULL,
     revision bigint NOT NULL,
     partner_id uuid NOT NULL,
     name text NOT NULL,
     removed boolean NOT NULL DEFAULT false,
     PRIMARY KEY (tenant_id, store_id)
   )`,
  `CREATE TABLE cashier (
     tenant_id uuid NOT NULL,
     cashier_id uuid NOT NULL,
     revision bigint NOT NULL,
     partner_id uuid NOT NULL,
     display_name text NOT NULL,
     store_ids uuid[] NOT NULL,
     grant_at_once bigint,
     grant_per_day bigint,
     removed boolean NOT NULL DEFAULT false,
     PRIMARY KEY (tenant_id, cashier_id)
   )`,
  ...['channel', 'partner', 'point_name', 'programme', 'store', 'cashier'].flatMap(tenantTable),
];

/** One per coupon and user, ever: a return revives the row with its first available_at. */
const grants = [
  `CREATE TABLE user_grant (
     tenant_id uuid NOT NULL,
     coupon_id uuid NOT NULL,
     user_id uuid NOT NULL,
     grant_id uuid NOT NULL,
     revision bigint NOT NULL,
     available_at timestamptz(3) NOT NULL,
     revoked boolean NOT NULL,
     hops integer NOT NULL,
     PRIMARY KEY (tenant_id, coupon_id, user_id)
   ) WITH (fillfactor = 90)`,
  ...tenantTable('user_grant'),
  'CREATE INDEX user_grant_of_user ON user_grant (tenant_id, user_id, coupon_id) WHERE NOT revoked',
];

const codes = [
  `CREATE TABLE pass (
     tenant_id uuid NOT NULL,
     coupon_id uuid NOT NULL,
     user_id uuid NOT NULL,
     device_id uuid NOT NULL,
     device_tag integer NOT NULL,
     valid_until timestamptz(3) NOT NULL,
     last_step bigint NOT NULL DEFAULT 0,
     accepted_at timestamptz(3),
     PRIMARY KEY (tenant_id, coupon_id, user_id)
   ) WITH (fillfactor = 90)`,
  `CREATE TABLE printed_code (
     tenant_id uuid NOT NULL,
     coupon_id uuid NOT NULL,
     generation integer NOT NULL,
     created_by uuid NOT NULL,
     created_at timestamptz(3) NOT NULL,
     PRIMARY KEY (tenant_id, coupon_id)
   )`,
  ...['pass', 'printed_code'].flatMap(tenantTable),
];

/** Entries are append-only and partitioned by time; what must be booked once has a row in point_source. */
const points = [
  `CREATE TABLE point_balance (
     tenant_id uuid NOT NULL,
     user_id uuid NOT NULL,
     point_name_id uuid NOT NULL,
     balance bigint NOT NULL CONSTRAINT points_never_negative CHECK (balance >= 0),
     revision bigint NOT NULL,
     PRIMARY KEY (tenant_id, user_id, point_name_id)
   ) WITH (fillfactor = 70)`,
  `CREATE TABLE point_entry (
     tenant_id uuid NOT NULL,
     user_id uuid NOT NULL,
     entry_id uuid NOT NULL,
     point_name_id uuid NOT NULL,
     amount bigint NOT NULL CHECK (amount <> 0),
     balance bigint NOT NULL CONSTRAINT points_never_negative CHECK (balance >= 0),
     revision bigint NOT NULL,
     cause json NOT NULL,
     hops integer NOT NULL DEFAULT 0,
     booked_at timestamptz(3) NOT NULL,
     PRIMARY KEY (tenant_id, user_id, entry_id, booked_at)
   ) PARTITION BY RANGE (booked_at)`,
  'CREATE TABLE point_entry_default PARTITION OF point_entry DEFAULT',
  `CREATE TABLE point_source (
     tenant_id uuid NOT NULL,
     source_id uuid NOT NULL,
     created_at timestamptz NOT NULL,
     PRIMARY KEY (tenant_id, source_id)
   ) PARTITION BY HASH (source_id)`,
  ...hashParts('point_source'),
  ...['point_balance', 'point_entry', 'point_source'].flatMap(tenantTable),
  ...expiringTable('point_source', { days: SOURCE_DAYS }),
];

const addons = [
  `CREATE TABLE addon_balance (
     tenant_id uuid NOT NULL,
     partner_id uuid NOT NULL,
     resource text NOT NULL,
     units bigint NOT NULL CONSTRAINT units_never_negative CHECK (units >= 0),
     revision bigint NOT NULL,
     used_up_told boolean NOT NULL DEFAULT false,
     PRIMARY KEY (tenant_id, partner_id, resource)
   ) WITH (fillfactor = 50)`,
  `CREATE TABLE addon_entry (
     tenant_id uuid NOT NULL,
     partner_id uuid NOT NULL,
     entry_id uuid NOT NULL,
     resource text NOT NULL,
     amount bigint NOT NULL CHECK (amount <> 0),
     units bigint NOT NULL,
     cause text NOT NULL CHECK (cause IN ('purchased', 'redeemed', 'returned')),
     subject_id uuid NOT NULL,
     booked_at timestamptz(3) NOT NULL,
     PRIMARY KEY (tenant_id, partner_id, entry_id, booked_at)
   ) PARTITION BY RANGE (booked_at)`,
  'CREATE TABLE addon_entry_default PARTITION OF addon_entry DEFAULT',
  `CREATE TABLE addon_source (
     tenant_id uuid NOT NULL,
     source_id uuid NOT NULL,
     created_at timestamptz NOT NULL,
     PRIMARY KEY (tenant_id, source_id)
   ) PARTITION BY HASH (source_id)`,
  ...hashParts('addon_source'),
  ...['addon_balance', 'addon_entry', 'addon_source'].flatMap(tenantTable),
  ...expiringTable('addon_source', { days: SOURCE_DAYS }),
];

/** The calls that redemptions owe. `voided`: taken back before it was delivered; `compensate`: it was on its way. */
const fulfilments = [
  `ALTER TABLE redemption
     ADD COLUMN method text NOT NULL DEFAULT 'button',
     ADD COLUMN partner_id uuid,
     ADD COLUMN store_id uuid,
     ADD COLUMN cashier_id uuid,
     ADD COLUMN price_point uuid,
     ADD COLUMN price_amount bigint,
     ADD COLUMN bonus_point uuid,
     ADD COLUMN bonus_amount bigint,
     ADD COLUMN units_resource text,
     ADD COLUMN units bigint,
     ADD COLUMN fulfilment_id uuid,
     ADD COLUMN voided_at timestamptz(3),
     ADD COLUMN voided_by uuid,
     ADD COLUMN hops integer NOT NULL DEFAULT 0`,
  'CREATE INDEX redemption_by_user ON redemption (tenant_id, user_id, redemption_id)',
  `CREATE INDEX redemption_by_cashier ON redemption (tenant_id, cashier_id, redemption_id)
     WHERE cashier_id IS NOT NULL`,
  `CREATE TABLE fulfilment (
     tenant_id uuid NOT NULL,
     fulfilment_id uuid NOT NULL,
     redemption_id uuid NOT NULL,
     coupon_id uuid NOT NULL,
     channel_id uuid NOT NULL,
     partner_id uuid NOT NULL,
     user_id uuid NOT NULL,
     trigger_id uuid NOT NULL,
     units_resource text,
     units bigint,
     state text NOT NULL CHECK (state IN ('pending', 'in_flight', 'succeeded', 'failed', 'voided')),
     compensate boolean NOT NULL DEFAULT false,
     round integer NOT NULL DEFAULT 1,
     attempts integer NOT NULL DEFAULT 0,
     pending_since timestamptz(3) NOT NULL,
     PRIMARY KEY (tenant_id, fulfilment_id)
   )`,
  ...tenantTable('fulfilment'),
];

/** A queue, claimed across tenants: who redeems without a tap, when. One row per attempt, whatever is replayed. */
const attempts = [
  `CREATE TABLE auto_attempt (
     tenant_id uuid NOT NULL,
     coupon_id uuid NOT NULL,
     user_id uuid NOT NULL,
     nth integer NOT NULL,
     attempt_id uuid NOT NULL,
     grant_id uuid NOT NULL,
     hops integer NOT NULL,
     state text NOT NULL CHECK (state IN ('waiting', 'blocked', 'done', 'closed')),
     blocked_by text,
     due_at timestamptz(3) NOT NULL,
     tries integer NOT NULL DEFAULT 0,
     leased_by uuid,
     leased_until timestamptz NOT NULL DEFAULT '-infinity',
     PRIMARY KEY (tenant_id, coupon_id, user_id, nth)
   ) WITH (fillfactor = 70)`,
  `CREATE INDEX auto_attempt_due ON auto_attempt (due_at) WHERE state = 'waiting'`,
  `CREATE INDEX auto_attempt_blocked ON auto_attempt (tenant_id, blocked_by, coupon_id) WHERE state = 'blocked'`,
];

function hashParts(table: string): string[] {
  return Array.from(
    { length: SOURCE_PARTITIONS },
    (_, part) =>
      `CREATE TABLE ${table}_${part} PARTITION OF ${table}
         FOR VALUES WITH (MODULUS ${SOURCE_PARTITIONS}, REMAINDER ${part})`,
  );
}
