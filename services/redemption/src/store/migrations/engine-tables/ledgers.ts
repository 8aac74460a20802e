import { expiringTable, tenantTable } from '#platform';

const SOURCE_PARTITIONS = 8;
/** What is older than 365 days is not booked any more (domain/source-age): until then it is known to have been booked. */
const SOURCE_DAYS = 400;

/** Entries are append-only and partitioned by time; what must be booked once has a row in point_source. */
export const points = [
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

export const addons = [
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

function hashParts(table: string): string[] {
  return Array.from(
    { length: SOURCE_PARTITIONS },
    (_, part) =>
      `CREATE TABLE ${table}_${part} PARTITION OF ${table}
         FOR VALUES WITH (MODULUS ${SOURCE_PARTITIONS}, REMAINDER ${part})`,
  );
}
