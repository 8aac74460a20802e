import { tenantTable } from '#platform';

/** The calls that redemptions owe. `voided`: taken back before it was delivered; `compensate`: it was on its way. */
export const fulfilments = [
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
