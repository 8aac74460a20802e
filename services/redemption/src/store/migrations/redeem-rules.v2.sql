-- The rules of domain/rules/, in the same order and with the same codes; null = nothing speaks against it. The total cap
-- and the partner's units are missing: redeem_batch applies them last, by rank, to those whom nothing else refuses.
-- A property test (store/decide-mirror.int.spec.ts) keeps these functions and domain/decide.ts together.
-- STABLE, small and of plain arguments: they become part of the query that asks them.

-- Of the coupon and the clock alone. `open` is of the stretch that the caller reckoned; null: it does not hold now.
CREATE FUNCTION coupon_refusal(
  status text, finished_reason text, finished boolean, channel_active boolean, partner_active boolean,
  start_at timestamptz, end_at timestamptz, recurs boolean, open boolean, now timestamptz
) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN finished THEN 'sold_out'
    WHEN status = 'finished' AND finished_reason = 'max_redemptions' THEN 'sold_out'
    WHEN status = 'finished' THEN 'coupon_finished'
    WHEN status = 'disabled' THEN 'coupon_disabled'
    WHEN status NOT IN ('scheduled', 'active') THEN 'coupon_not_found'
    WHEN NOT channel_active THEN 'channel_inactive'
    WHEN NOT partner_active THEN 'partner_suspended'
    WHEN now < start_at THEN 'coupon_not_started'
    WHEN now >= end_at THEN 'coupon_ended'
    WHEN recurs AND open IS NULL THEN 'stale'
    WHEN recurs AND NOT open THEN 'coupon_window_closed'
  END
$$;

-- Of the means: what they redeem, and whose cashier is asked for it.
CREATE FUNCTION means_refusal(c redeem_coupon, method text, partner uuid)
RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN NOT CASE method
               WHEN 'button' THEN c.type IN ('click', 'time_based')
               WHEN 'auto' THEN c.type = 'auto'
               ELSE c.type = 'qr' END THEN 'coupon_wrong_type'
    WHEN method IN ('pass', 'screen_code') AND c.partner_id IS DISTINCT FROM partner THEN 'other_partner'
  END
$$;

-- Of whom the coupon is for, and of the code. Absent rows give nulls.
CREATE FUNCTION person_refusal(
  c redeem_coupon, following boolean, available_at timestamptz, revoked boolean,
  method text, step bigint, device_tag integer, pass pass, now timestamptz
) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN c.by_grant AND (available_at IS NULL OR revoked) THEN 'not_available'
    WHEN NOT c.by_grant AND c.for_followers AND following IS NOT TRUE THEN 'not_a_follower'
    WHEN c.by_grant AND now >= available_at + c.validity THEN 'grant_expired'
    WHEN method = 'button' THEN NULL
    WHEN method = 'printed_code' AND c.generation IS DISTINCT FROM step THEN 'code_withdrawn'
    WHEN method IN ('pass', 'screen_code') AND step < floor(extract(epoch FROM now) / 30) - 1 THEN 'code_expired'
    WHEN method IN ('pass', 'screen_code') AND step > floor(extract(epoch FROM now) / 30) + 1 THEN 'code_ahead'
    WHEN method <> 'pass' THEN NULL
    WHEN pass.valid_until IS NULL THEN 'pass_expired'
    WHEN pass.device_tag <> device_tag THEN 'code_other_device'
    WHEN now >= pass.valid_until THEN 'pass_expired'
    WHEN step <= pass.last_step THEN 'code_replayed'
    WHEN now < pass.accepted_at + interval '60 seconds' THEN 'scanned_just_now'
  END
$$;

-- Of what the user has used and owns.
CREATE FUNCTION limits_refusal(
  c redeem_coupon, uses integer, last_at timestamptz, balance bigint, now timestamptz
) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN uses >= c.per_user_cap THEN 'user_limit_reached'
    WHEN now < last_at + c.time_limit THEN 'cooling_down'
    WHEN balance < c.price_amount THEN 'points_short'
  END
$$;
