-- One stretch of a user's wallet: the coupons that may be theirs, in the order of the list, with everything that the rules
-- ask, read without a lock. Which of them are shown is decided by the rules, outside. The work is
-- bounded by `most` and by how many channels and live grants the user has; never by how many coupons there are.
-- channel: its page: by position, of one position the latest edit first. null: all channels: the latest edit first.
-- after_*: the last coupon of the stretch before, compared downwards; place counts on a channel's page only.
-- Output: {"facts": as redeem_facts, one entry per coupon, in order,
--          "cards": [[place of its entry, coupon id, place, edited at (ms), name, description, position, hide, image]], in order,
--          "earn": {point name id: [action, ...]}}
CREATE OR REPLACE FUNCTION wallet_page(
  tenant uuid, owner uuid, channel uuid, after_place integer, after_edited timestamptz, after_coupon uuid, most integer
) RETURNS json LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_bitmapscan = off SET enable_material = off SET jit = off
AS $$
DECLARE
  ids uuid[];
BEGIN
  PERFORM set_config('octopus.tenant_id', tenant::text, true);
  IF channel IS NULL THEN
    ids := ARRAY(
      SELECT x.coupon_id FROM (
        (SELECT c.edited_at, c.coupon_id FROM follow f
          CROSS JOIN LATERAL (
            SELECT d.edited_at, d.coupon_id FROM coupon_card d
             WHERE d.tenant_id = tenant AND d.channel_id = f.channel_id AND d.listed AND d.reach = 'followers'
               AND (d.edited_at, d.coupon_id) < (after_edited, after_coupon)
             ORDER BY d.edited_at DESC, d.coupon_id DESC LIMIT most) c
          WHERE f.tenant_id = tenant AND f.user_id = owner AND f.following)
        UNION ALL
        (SELECT d.edited_at, d.coupon_id FROM coupon_card d
          WHERE d.tenant_id = tenant AND d.listed AND d.reach = 'everyone'
            AND (d.edited_at, d.coupon_id) < (after_edited, after_coupon)
          ORDER BY d.edited_at DESC, d.coupon_id DESC LIMIT most)
        UNION ALL
        (SELECT c.edited_at, c.coupon_id FROM user_grant g
          CROSS JOIN LATERAL (
            SELECT d.edited_at, d.coupon_id FROM coupon_card d
             WHERE d.tenant_id = tenant AND d.coupon_id = g.coupon_id AND d.listed AND d.reach = 'grant'
               AND (d.edited_at, d.coupon_id) < (after_edited, after_coupon) LIMIT 1) c
          WHERE g.tenant_id = tenant AND g.user_id = owner AND NOT g.revoked)
      ) x ORDER BY x.edited_at DESC, x.coupon_id DESC LIMIT most);
  ELSE
    ids := ARRAY(
      SELECT x.coupon_id FROM (
        (SELECT c.place, c.edited_at, c.coupon_id FROM follow f
          CROSS JOIN LATERAL (
            SELECT d.place, d.edited_at, d.coupon_id FROM coupon_card d
             WHERE d.tenant_id = tenant AND d.channel_id = channel AND d.listed AND d.reach = 'followers'
               AND (d.place, d.edited_at, d.coupon_id) < (after_place, after_edited, after_coupon)
             ORDER BY d.place DESC, d.edited_at DESC, d.coupon_id DESC LIMIT most) c
          WHERE f.tenant_id = tenant AND f.user_id = owner AND f.channel_id = channel AND f.following)
        UNION ALL
        (SELECT d.place, d.edited_at, d.coupon_id FROM coupon_card d
          WHERE d.tenant_id = tenant AND d.channel_id = channel AND d.listed AND d.reach = 'everyone'
            AND (d.place, d.edited_at, d.coupon_id) < (after_place, after_edited, after_coupon)
          ORDER BY d.place DESC, d.edited_at DESC, d.coupon_id DESC LIMIT most)
        UNION ALL
        (SELECT c.place, c.edited_at, c.coupon_id FROM user_grant g
          CROSS JOIN LATERAL (
            SELECT d.place, d.edited_at, d.coupon_id FROM coupon_card d
             WHERE d.tenant_id = tenant AND d.coupon_id = g.coupon_id AND d.channel_id = channel AND d.listed
               AND d.reach = 'grant'
               AND (d.place, d.edited_at, d.coupon_id) < (after_place, after_edited, after_coupon) LIMIT 1) c
          WHERE g.tenant_id = tenant AND g.user_id = owner AND NOT g.revoked)
      ) x ORDER BY x.place DESC, x.edited_at DESC, x.coupon_id DESC LIMIT most);
  END IF;
  RETURN json_build_object(
    'facts', redeem_facts(tenant, ids, ARRAY(SELECT generate_subscripts(ids, 1)),
                          array_fill(owner, ARRAY[cardinality(ids)]), '{}'),
    'cards', (
      SELECT coalesce(json_agg(json_build_array(
               i.nth, c.coupon_id, CASE WHEN channel IS NULL THEN 0 ELSE c.place END,
               extract(epoch FROM c.edited_at) * 1000, c.name, c.description, c.position, c.hide_if_not_available,
               c.image)
               ORDER BY i.nth), '[]')
        FROM unnest(ids) WITH ORDINALITY AS i (coupon_id, nth)
       CROSS JOIN LATERAL (SELECT * FROM coupon_card d
                            WHERE d.tenant_id = tenant AND d.coupon_id = i.coupon_id LIMIT 1) c),
    'earn', (
      SELECT coalesce(json_object_agg(c.price_point, e.actions), '{}')
        FROM (SELECT DISTINCT k.price_point
                FROM unnest(ids) AS i (coupon_id)
               CROSS JOIN LATERAL (SELECT x.price_point FROM coupon x
                                    WHERE x.tenant_id = tenant AND x.coupon_id = i.coupon_id LIMIT 1) k
               WHERE k.price_point IS NOT NULL) c
       CROSS JOIN LATERAL (SELECT x.programme_id FROM point_name x
                            WHERE x.tenant_id = tenant AND x.point_name_id = c.price_point LIMIT 1) n
       CROSS JOIN LATERAL (SELECT x.earning_actions FROM programme x
                            WHERE x.tenant_id = tenant AND x.programme_id = n.programme_id AND NOT x.removed LIMIT 1) p
       CROSS JOIN LATERAL (SELECT jsonb_agg(a) AS actions FROM jsonb_array_elements(p.earning_actions) a
                            WHERE a->>'pointNameId' = c.price_point::text) e
       WHERE e.actions IS NOT NULL));
END
$$;
