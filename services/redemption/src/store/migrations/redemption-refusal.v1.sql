-- The rules of domain/rules/, in the same order and with the same codes; null = nothing speaks against it.
-- The total cap is missing: redeem_batch applies it last, by rank, to those whom nothing else refuses.
-- A property test (store/decide-mirror.int.spec.ts) keeps this and domain/decide.ts together.
CREATE FUNCTION redemption_refusal(
  redeems text, type text, status text, finished_reason text, finished boolean,
  start_at timestamptz, end_at timestamptz, per_user_cap bigint,
  following boolean, uses integer, now timestamptz
) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN type <> redeems THEN 'coupon_wrong_type'
    WHEN finished THEN 'sold_out'
    WHEN status = 'finished' AND finished_reason = 'max_redemptions' THEN 'sold_out'
    WHEN status = 'finished' THEN 'coupon_finished'
    WHEN status = 'disabled' THEN 'coupon_disabled'
    WHEN status NOT IN ('scheduled', 'active') THEN 'coupon_not_found'
    WHEN now < start_at THEN 'coupon_not_started'
    WHEN now >= end_at THEN 'coupon_ended'
    WHEN NOT following THEN 'not_a_follower'
    WHEN uses >= per_user_cap THEN 'user_limit_reached'
  END
$$;
