-- Takes a redemption back, once: locks first, then every check, then the effects. The caller's transaction writes the
-- facts while the locks are held, and commits.
--
-- by_partner: a cashier's account, or null; by_channels: an owner's channels. entry_ids: three ids for what is booked.
-- Locks in the order of every writer: coupon (it covers the redemption and the uses) -> owed call -> the account's units
-- -> balances of points in the order of ids, which a batch locks only as it writes them.
-- Output: {"refusal": code} or what happened, amounts of points as text.
CREATE FUNCTION void_redemption(
  tenant uuid, wanted uuid, by_id uuid, by_partner uuid, by_channels uuid[], note text, within_seconds integer,
  entry_ids uuid[]
) RETURNS json LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_bitmapscan = off SET enable_material = off SET jit = off
AS $$
DECLARE
  largest_points CONSTANT bigint := 9223372036854775807;
  largest_units CONSTANT bigint := 9007199254740991;
  most_examined CONSTANT integer := 1000;
  r redemption%ROWTYPE;
  c coupon%ROWTYPE;
  call fulfilment%ROWTYPE;
  decided_at timestamptz;
  held bigint;
  units_held bigint;
  units_back boolean := false;
  cancelled boolean := false;
  gives_back boolean;
  uses_left integer;
  used_last timestamptz;
  price json;
  bonus json;
BEGIN
  SELECT * INTO r FROM redemption x WHERE x.tenant_id = tenant AND x.redemption_id = wanted LIMIT 1;
  IF NOT FOUND THEN RETURN json_build_object('refusal', 'redemption_not_found'); END IF;
  IF NOT (r.channel_id = ANY (by_channels)
          OR coalesce(by_partner = coalesce(r.partner_id, (SELECT h.partner_id FROM channel h
                                                            WHERE h.tenant_id = tenant AND h.channel_id = r.channel_id)),
                      false)) THEN
    RETURN json_build_object('refusal', 'redemption_not_found');
  END IF;

  -- 1. Locks, each a statement of its own: what is read after it is read after the wait.
  SELECT * INTO c FROM coupon k WHERE k.tenant_id = tenant AND k.coupon_id = r.coupon_id FOR UPDATE;
  SELECT * INTO r FROM redemption x
    WHERE x.tenant_id = tenant AND x.redemption_id = wanted AND x.redeemed_at = r.redeemed_at;
  decided_at := date_trunc('milliseconds', octopus_now());
  IF r.voided_at IS NOT NULL THEN
    RETURN json_build_object('refusal', 'already_voided', 'voidedAt', void_instant(r.voided_at));
  END IF;
  IF decided_at > r.redeemed_at + make_interval(secs => within_seconds) THEN
    RETURN json_build_object('refusal', 'void_too_late', 'redeemedAt', void_instant(r.redeemed_at));
  END IF;
  IF r.fulfilment_id IS NOT NULL THEN
    SELECT * INTO call FROM fulfilment f
      WHERE f.tenant_id = tenant AND f.fulfilment_id = r.fulfilment_id FOR UPDATE;
    -- On its way or delivered, the units are spent; what is not called yet, or was given up, costs nothing.
    cancelled := coalesce(call.state IN ('pending', 'failed'), false);
    units_back := cancelled AND call.units IS NOT NULL;
  END IF;
  IF units_back THEN
    SELECT a.units INTO units_held FROM addon_balance a
      WHERE a.tenant_id = tenant AND a.partner_id = call.partner_id AND a.resource = call.units_resource FOR UPDATE;
  END IF;
  PERFORM FROM point_balance b
    WHERE b.tenant_id = tenant AND b.user_id = r.user_id AND b.point_name_id IN (r.price_point, r.bonus_point)
    ORDER BY b.user_id, b.point_name_id FOR UPDATE;

  -- 2. Checks. The price goes back first: if the bonus is of the same point name, it may be covered by it.
  IF r.price_amount IS NOT NULL THEN
    SELECT b.balance INTO held FROM point_balance b
      WHERE b.tenant_id = tenant AND b.user_id = r.user_id AND b.point_name_id = r.price_point;
    IF held > largest_points - r.price_amount THEN
      RETURN json_build_object('refusal', 'balance_too_large');
    END IF;
  END IF;
  IF r.bonus_amount IS NOT NULL THEN
    held := coalesce((SELECT b.balance FROM point_balance b
                       WHERE b.tenant_id = tenant AND b.user_id = r.user_id AND b.point_name_id = r.bonus_point), 0)
          + CASE WHEN r.bonus_point = r.price_point THEN r.price_amount ELSE 0 END;
    IF held < r.bonus_amount THEN RETURN json_build_object('refusal', 'bonus_spent'); END IF;
  END IF;
  IF units_held > largest_units - call.units THEN
    RETURN json_build_object('refusal', 'balance_too_large');
  END IF;

  -- 3. Effects. The last use that stands is looked for among the user's newest redemptions, never in the coupon's
  -- history, which may be long: LIMIT is a fence. If it is none of them, it was before all of them.
  UPDATE coupon_usage u
     SET uses = u.uses - 1,
         last_at = CASE WHEN u.uses > 1 THEN coalesce(
           (SELECT coalesce(max(y.redeemed_at) FILTER (WHERE y.coupon_id = r.coupon_id AND y.voided_at IS NULL
                                                         AND y.redemption_id <> wanted), min(y.redeemed_at))
              FROM (SELECT x.redemption_id, x.coupon_id, x.redeemed_at, x.voided_at FROM redemption x
                     WHERE x.tenant_id = tenant AND x.user_id = r.user_id
                     ORDER BY x.redemption_id DESC LIMIT most_examined) y), u.last_at) ELSE u.last_at END
   WHERE u.tenant_id = tenant AND u.coupon_id = r.coupon_id AND u.user_id = r.user_id
   RETURNING u.uses, CASE WHEN u.uses > 0 THEN u.last_at END INTO STRICT uses_left, used_last;
  -- Without a use there is nothing to cool down from.
  DELETE FROM coupon_usage u
    WHERE u.tenant_id = tenant AND u.coupon_id = r.coupon_id AND u.user_id = r.user_id AND u.uses = 0;

  -- A finished coupon stays finished, whatever is given back. The revision rises in any case: the uses have changed.
  gives_back := NOT (c.finished OR c.status = 'finished' OR coalesce(c.end_at <= decided_at, false));
  UPDATE coupon k
     SET redeemed = k.redeemed - CASE WHEN gives_back THEN 1 ELSE 0 END, rev = k.rev + 1
   WHERE k.tenant_id = tenant AND k.coupon_id = r.coupon_id
   RETURNING * INTO STRICT c;

  UPDATE redemption x
     SET voided_at = decided_at, voided_by = by_id, void_reason = note, counted = NOT gives_back
   WHERE x.tenant_id = tenant AND x.redemption_id = wanted AND x.redeemed_at = r.redeemed_at;

  IF r.price_amount IS NOT NULL THEN
    price := void_booking(tenant, r.user_id, r.price_point, r.price_amount, entry_ids[1], decided_at, r.hops,
                          json_build_object('kind', 'price_returned', 'redemptionId', wanted, 'couponId', r.coupon_id));
  END IF;
  IF r.bonus_amount IS NOT NULL THEN
    bonus := void_booking(tenant, r.user_id, r.bonus_point, -r.bonus_amount, entry_ids[2], decided_at, r.hops,
                          json_build_object('kind', 'bonus_returned', 'redemptionId', wanted, 'couponId', r.coupon_id));
  END IF;

  IF call.fulfilment_id IS NOT NULL THEN
    UPDATE fulfilment f
       SET state = CASE WHEN cancelled THEN 'voided' ELSE f.state END,
           compensate = f.compensate OR f.state = 'in_flight'
     WHERE f.tenant_id = tenant AND f.fulfilment_id = call.fulfilment_id;
  END IF;

  IF units_back THEN
    INSERT INTO addon_balance AS a (tenant_id, partner_id, resource, units, revision)
      VALUES (tenant, call.partner_id, call.units_resource, call.units, 1)
      ON CONFLICT (tenant_id, partner_id, resource) DO UPDATE
        SET units = a.units + excluded.units, revision = a.revision + 1, used_up_told = false
      RETURNING a.units INTO units_held;
    INSERT INTO addon_entry (tenant_id, partner_id, entry_id, resource, amount, units, cause, subject_id, booked_at)
      VALUES (tenant, call.partner_id, entry_ids[3], call.units_resource, call.units, units_held, 'returned', wanted,
              decided_at);
  END IF;

  RETURN json_build_object(
    'couponId', r.coupon_id, 'channelId', r.channel_id, 'userId', r.user_id, 'storeId', r.store_id,
    'cashierId', r.cashier_id, 'redeemedAt', void_instant(r.redeemed_at), 'voidedAt', void_instant(decided_at),
    'usesLeft', uses_left, 'lastAt', floor(extract(epoch FROM used_last) * 1000), 'perUserCap', c.per_user_cap,
    'timeLimitSeconds', c.time_limit_seconds,
    'stock', json_build_object('redeemed', c.redeemed, 'max', c.max, 'finished', c.finished, 'revision', c.rev),
    'price', price, 'bonus', bonus,
    'units', CASE WHEN units_back THEN json_build_object('resource', call.units_resource, 'units', call.units) END,
    'call', CASE WHEN call.fulfilment_id IS NOT NULL THEN json_build_object(
              'fulfilmentId', call.fulfilment_id, 'couponId', call.coupon_id, 'channelId', call.channel_id,
              'partnerId', call.partner_id, 'userId', call.user_id, 'triggerId', call.trigger_id,
              'unitsResource', call.units_resource, 'units', call.units, 'round', call.round,
              'attempts', call.attempts, 'state', call.state) END);
END
$$;

-- One entry of the ledger, its balance's row being locked; with what the fact says of it.
CREATE FUNCTION void_booking(
  tenant uuid, owner_id uuid, point uuid, change bigint, entry uuid, at timestamptz, hops integer, cause json
) RETURNS json LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET jit = off
AS $$
DECLARE
  b point_balance%ROWTYPE;
BEGIN
  UPDATE point_balance p SET balance = p.balance + change, revision = p.revision + 1
    WHERE p.tenant_id = tenant AND p.user_id = owner_id AND p.point_name_id = point
    RETURNING * INTO STRICT b;
  INSERT INTO point_entry (tenant_id, user_id, entry_id, point_name_id, amount, balance, revision, cause, hops, booked_at)
    VALUES (tenant, owner_id, entry, point, change, b.balance, b.revision, cause, hops, at);
  IF change > 0 THEN PERFORM wake_by_points(tenant, owner_id, point); END IF;
  RETURN json_build_object(
    'entryId', entry, 'pointNameId', point, 'amount', change::text, 'balance', b.balance::text,
    'balanceRevision', b.revision, 'cause', cause, 'hops', hops,
    'programmeId', (SELECT n.programme_id FROM point_name n WHERE n.tenant_id = tenant AND n.point_name_id = point));
END
$$;

CREATE FUNCTION void_instant(at timestamptz) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
$$;
