/** A queue, claimed across tenants: who redeems without a tap, when. One row per attempt, whatever is replayed. */
export const attempts = [
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
