-- Where a cashier works: the account of a cashier who is listed at the store, or null when either is gone or of another
-- account. Read for every scanned code, so in one round trip.
CREATE FUNCTION cashier_account(tenant uuid, cashier uuid, store_at uuid)
RETURNS uuid LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off
AS $$
BEGIN
  PERFORM set_config('octopus.tenant_id', tenant::text, true);
  RETURN (
    SELECT c.partner_id
      FROM cashier c
      JOIN store s ON s.tenant_id = tenant AND s.store_id = store_at AND s.partner_id = c.partner_id AND NOT s.removed
     WHERE c.tenant_id = tenant AND c.cashier_id = cashier AND NOT c.removed AND store_at = ANY (c.store_ids));
END
$$;

-- Whose pass a typed code may be of: [coupon, user, device tag] each. Hardly ever more than one.
CREATE FUNCTION passes_by_reference(tenant uuid, wanted bytea)
RETURNS json LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off
AS $$
BEGIN
  PERFORM set_config('octopus.tenant_id', tenant::text, true);
  RETURN (
    SELECT coalesce(json_agg(json_build_array(p.coupon_id, p.user_id, p.device_tag)), '[]')
      FROM (SELECT coupon_id, user_id, device_tag FROM pass
             WHERE tenant_id = tenant AND reference = wanted LIMIT 4) p);
END
$$;
