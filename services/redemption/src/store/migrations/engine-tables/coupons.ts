import { tenantTable } from '#platform';

/** The hot row keeps what decides; texts and order stand apart, so that a batch does not rewrite them. */
export const coupons = [
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
