import { tenantTable } from '#platform';

/** One per coupon and user, ever: a return revives the row with its first available_at. */
export const grants = [
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

export const codes = [
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
