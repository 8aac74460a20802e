import { tenantTable } from '#platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** All terms of a coupon; accounts with stores and cashiers, programmes, point names, triggers; wishes for another cap. */
export class DirectoryAndTerms1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...terms, ...directory, ...capRequests, ...audit]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of forAllTenants('audit_entry', 'DELETE FROM audit_entry WHERE coupon_id IS NULL'))
      await runner.query(statement);
    await runner.query(
      `ALTER TABLE audit_entry
         DROP CONSTRAINT an_entry_is_about_one_thing, DROP COLUMN point_name_id, DROP COLUMN trigger_id,
         ALTER COLUMN coupon_id SET NOT NULL`,
    );
    await runner.query('DROP TABLE cap_request, trigger, point_name, programme, cashier, store, partner');
    await runner.query('ALTER TABLE channel DROP COLUMN active_since, DROP COLUMN snapshot_revision');
    await runner.query(
      `ALTER TABLE coupon ${termColumns.map((column) => `DROP COLUMN ${String(column.split(' ', 1)[0])}`).join(', ')}`,
    );
  }
}

const termColumns = [
  'time_limit jsonb',
  'price jsonb',
  'bonus jsonb',
  'validity jsonb',
  'trigger_id uuid',
  'trigger_cost jsonb',
  'hide_if_not_available boolean NOT NULL DEFAULT false',
  'points_taken_automatically boolean NOT NULL DEFAULT false',
  "audience text NOT NULL DEFAULT 'followers' CHECK (audience IN ('followers', 'everyone'))",
  "availability text CHECK (availability IN ('rule', 'grant'))",
  'programme_id uuid',
  'position integer CHECK (position >= 1)',
  'recurrence jsonb',
  'edited_at timestamptz(3) NOT NULL DEFAULT octopus_now()',
];

/** The owner of a table is under its row-level security, too, as long as that is forced. */
function forAllTenants(table: string, statement: string): string[] {
  return [
    `ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`,
    statement,
    `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
  ];
}

const terms = [
  `ALTER TABLE coupon ${termColumns.map((column) => `ADD COLUMN ${column}`).join(', ')}`,
  ...forAllTenants(
    'coupon',
    `UPDATE coupon SET edited_at = created_at,
       availability = CASE WHEN published_at IS NULL THEN NULL ELSE 'rule' END`,
  ),
  `ALTER TABLE coupon ADD CONSTRAINT availability_is_fixed_at_publication
     CHECK ((availability IS NULL) = (published_at IS NULL))`,
  // Those that a coupon to be published may close a circle with: few of a tenant's coupons.
  `CREATE INDEX coupon_automatic ON coupon (tenant_id)
     WHERE type = 'auto' AND status IN ('scheduled', 'active', 'disabled')`,
];

/** `revision`: of the fact that a row was taken from. `snapshot_revision`: of what catalog has told about it. */
const directory = [
  `ALTER TABLE channel
     ADD COLUMN active_since timestamptz(3),
     ADD COLUMN snapshot_revision bigint NOT NULL DEFAULT 0`,
  ...forAllTenants('channel', "UPDATE channel SET active_since = octopus_now() WHERE status = 'active'"),

  `CREATE TABLE partner (
    tenant_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    revision bigint NOT NULL,
    snapshot_revision bigint NOT NULL DEFAULT 0,
    name text NOT NULL,
    website text,
    active boolean NOT NULL,
    removed boolean NOT NULL,
    PRIMARY KEY (tenant_id, partner_id)
  )`,
  ...tenantTable('partner'),

  // No foreign keys: facts of accounts, stores and cashiers come in any order.
  `CREATE TABLE store (
    tenant_id uuid NOT NULL,
    store_id uuid NOT NULL,
    revision bigint NOT NULL,
    partner_id uuid NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    position jsonb,
    removed boolean NOT NULL,
    PRIMARY KEY (tenant_id, store_id)
  )`,
  'CREATE INDEX store_of_partner ON store (tenant_id, partner_id, store_id) WHERE NOT removed',
  ...tenantTable('store'),

  `CREATE TABLE cashier (
    tenant_id uuid NOT NULL,
    cashier_id uuid NOT NULL,
    revision bigint NOT NULL,
    partner_id uuid NOT NULL,
    display_name text NOT NULL,
    store_ids uuid[] NOT NULL,
    points_grant jsonb,
    removed boolean NOT NULL,
    PRIMARY KEY (tenant_id, cashier_id)
  )`,
  'CREATE INDEX cashier_of_partner ON cashier (tenant_id, partner_id, cashier_id) WHERE NOT removed',
  ...tenantTable('cashier'),

  `CREATE TABLE programme (
    tenant_id uuid NOT NULL,
    programme_id uuid NOT NULL,
    revision bigint NOT NULL,
    snapshot_revision bigint NOT NULL DEFAULT 0,
    partner_id uuid NOT NULL,
    name text NOT NULL,
    levels jsonb NOT NULL,
    earning_actions jsonb NOT NULL,
    removed boolean NOT NULL,
    PRIMARY KEY (tenant_id, programme_id)
  )`,
  'CREATE INDEX programme_of_partner ON programme (tenant_id, partner_id, programme_id) WHERE NOT removed',
  ...tenantTable('programme'),

  `CREATE TABLE point_name (
    tenant_id uuid NOT NULL,
    point_name_id uuid NOT NULL,
    partner_id uuid NOT NULL,
    programme_id uuid,
    name text NOT NULL,
    removed boolean NOT NULL DEFAULT false,
    version integer NOT NULL CHECK (version >= 1),
    PRIMARY KEY (tenant_id, point_name_id),
    FOREIGN KEY (tenant_id, programme_id) REFERENCES programme (tenant_id, programme_id)
  )`,
  'CREATE INDEX point_name_of_partner ON point_name (tenant_id, partner_id, point_name_id)',
  'CREATE INDEX point_name_of_programme ON point_name (tenant_id, programme_id, point_name_id)',
  ...tenantTable('point_name'),

  `CREATE TABLE trigger (
    tenant_id uuid NOT NULL,
    trigger_id uuid NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    signing_key text NOT NULL,
    cost jsonb,
    timeout_ms integer NOT NULL,
    max_attempts integer NOT NULL,
    offered boolean NOT NULL,
    removed boolean NOT NULL DEFAULT false,
    version integer NOT NULL CHECK (version >= 1),
    PRIMARY KEY (tenant_id, trigger_id)
  )`,
  ...tenantTable('trigger'),
];

const capRequests = [
  `CREATE TABLE cap_request (
    tenant_id uuid NOT NULL,
    request_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    max_redemptions integer CHECK (max_redemptions >= 1),
    state text NOT NULL CHECK (state IN ('pending', 'applied', 'refused')),
    reason text CHECK (reason IN ('below_redeemed', 'finished')),
    requested_by uuid NOT NULL,
    requested_at timestamptz(3) NOT NULL,
    decided_at timestamptz(3),
    PRIMARY KEY (tenant_id, request_id),
    FOREIGN KEY (tenant_id, coupon_id) REFERENCES coupon (tenant_id, coupon_id),
    CONSTRAINT a_refusal_has_a_reason CHECK ((state = 'refused') = (reason IS NOT NULL)),
    CONSTRAINT a_decision_has_an_instant CHECK ((state = 'pending') = (decided_at IS NULL))
  )`,
  'CREATE INDEX cap_request_of_coupon ON cap_request (tenant_id, coupon_id, request_id)',
  ...tenantTable('cap_request'),
];

const audit = [
  'ALTER TABLE audit_entry ALTER COLUMN coupon_id DROP NOT NULL',
  'ALTER TABLE audit_entry ADD COLUMN point_name_id uuid, ADD COLUMN trigger_id uuid',
  `ALTER TABLE audit_entry ADD CONSTRAINT an_entry_is_about_one_thing
     CHECK (num_nonnulls(coupon_id, point_name_id, trigger_id) = 1)`,
  `CREATE INDEX audit_entry_of_point_name ON audit_entry (tenant_id, point_name_id, entry_id)
     WHERE point_name_id IS NOT NULL`,
  `CREATE INDEX audit_entry_of_trigger ON audit_entry (tenant_id, trigger_id, entry_id)
     WHERE trigger_id IS NOT NULL`,
];
