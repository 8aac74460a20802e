-- What the functions that decide a batch hand to each other.

-- What a batch keeps in mind of a coupon whose row it holds.
CREATE TYPE redeem_coupon AS (
  coupon_id uuid,          -- null: there is no such coupon
  channel_id uuid,
  partner_id uuid,
  type text,
  version integer,
  is_known_version boolean,
  standing text,           -- coupon_refusal
  for_followers boolean,
  by_grant boolean,
  validity interval,
  generation integer,      -- of the printed code
  per_user_cap bigint,
  time_limit interval,
  price_point uuid,
  price_amount bigint,
  price_programme uuid,
  bonus_point uuid,
  bonus_amount bigint,
  bonus_programme uuid,
  trigger_id uuid,
  units_resource text,
  units bigint,
  redeemed bigint,
  max bigint,
  rev bigint,
  in_fact text,            -- what its facts and answers say of it, as JSON's fields
  in_answer text
);

-- One entry of a batch with what was decided on it.
CREATE TYPE redeem_verdict AS (
  place integer,
  coupon_place integer,
  coupon_id uuid,
  user_id uuid,
  reservation_id uuid,
  fingerprint uuid,
  redemption_id uuid,
  event_id uuid,
  outcome text,        -- accepted | known | key_reused | stale | a refusal's code
  uses integer,        -- of this user, before
  last_at timestamptz, -- the latest of them
  nth bigint,          -- whom nothing personal refuses: the how manieth of its coupon in this batch, from 1
  answer json,         -- known: the stored answer
  seen json            -- refused for a number: what was seen of the user, as in redeem_facts
);

-- One entry of the ledger to be written.
CREATE TYPE redeem_booking AS (
  place integer,
  user_id uuid,
  point uuid,
  programme uuid,
  amount bigint,          -- signed
  entry_id uuid,
  points_event_id uuid,
  kind text,              -- price | bonus
  change_after bigint,    -- of this balance by the later entries of this batch
  entries_after integer,
  redemption_id uuid,
  coupon_id uuid,
  cause_event_id uuid
);
