import { tenantTable } from '#platform';

/** Facts of others that redemption reads; a removed subject stays as a tombstone, an older revision is skipped. */
export const directory = [
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
