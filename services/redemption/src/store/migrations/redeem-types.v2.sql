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
  bonus_point uuid,
  bonus_amount bigint,
  trigger_id uuid,
  units_resource text,
  units bigint,
  redeemed bigint,
  max bigint,
  rev bigint
);

-- What the user holds of a coupon that is not for everyone.
CREATE TYPE redeem_grant AS (available_at timestamptz, revoked boolean);

-- What was decided on one entry of a batch. What the caller gave of it is found by its place.
CREATE TYPE redeem_verdict AS (
  place integer,
  coupon_place integer,
  outcome text,        -- accepted | known | key_reused | stale | a refusal's code
  uses integer,        -- of this user, before
  last_at timestamptz, -- the latest of them
  nth bigint,          -- whom nothing personal refuses: the how manieth of its coupon in this batch, from 1
  answer json          -- known: the stored answer
);
