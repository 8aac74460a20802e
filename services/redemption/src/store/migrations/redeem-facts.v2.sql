-- What is known of coupons and of entries, read in one snapshot and without a lock: fills the memory, and is asked
-- before a refusal by memory or by Redis is answered. Arrays as in redeem_batch.
-- Output: {"now": ms since 1970, "coupons": [{...}], "entries": [[fingerprint, answer, following, uses, last at (ms),
--          grant [available at (ms), revoked], balance (text), pass [device tag, valid until, last step, accepted at]]]}
CREATE OR REPLACE FUNCTION redeem_facts(
  tenant uuid, coupon_ids uuid[], coupon_places integer[], users uuid[], reservations uuid[]
) RETURNS json LANGUAGE plpgsql VOLATILE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_bitmapscan = off SET enable_material = off SET jit = off
AS $$
DECLARE
  facts json;
BEGIN
  PERFORM set_config('octopus.tenant_id', tenant::text, true);
  SELECT json_build_object(
    'now', floor(extract(epoch FROM octopus_now()) * 1000),
    'coupons', (
      -- LIMIT makes each a look-up of its own by the whole key, whatever the planner believes of the tables' sizes.
      SELECT coalesce(json_agg(json_build_object(
               'tenantId', c.tenant_id, 'couponId', c.coupon_id, 'channelId', c.channel_id, 'partnerId', c.partner_id,
               'type', c.type, 'version', c.version, 'status', c.status, 'finishedReason', c.finished_reason,
               'startAt', extract(epoch FROM c.start_at) * 1000, 'endAt', extract(epoch FROM c.end_at) * 1000,
               'timeZone', c.time_zone, 'recurrence', c.recurrence,
               'audience', c.audience, 'availability', c.availability, 'perUserCap', c.per_user_cap,
               'timeLimitMs', c.time_limit_seconds * 1000, 'validityMs', c.validity_seconds * 1000,
               'pricePoint', c.price_point, 'priceAmount', c.price_amount::text, 'priceName', price.name,
               'bonusPoint', c.bonus_point, 'bonusAmount', c.bonus_amount::text, 'bonusName', bonus.name,
               'triggerId', c.trigger_id, 'unitsResource', c.units_resource, 'units', c.units,
               'programmeId', c.programme_id,
               'channelActive', coalesce(h.active AND NOT h.removed, true),
               'partnerActive', coalesce(p.active AND NOT p.removed, true),
               'printedGeneration', g.generation, 'partnerUnits', coalesce(b.units, 0),
               'stock', json_build_object('redeemed', c.redeemed, 'max', c.max, 'finished', c.finished,
                                          'revision', c.rev))), '[]')
        FROM unnest(coupon_ids) AS k (id)
       CROSS JOIN LATERAL (SELECT * FROM coupon x WHERE x.tenant_id = tenant AND x.coupon_id = k.id LIMIT 1) c
        LEFT JOIN LATERAL (SELECT * FROM channel x WHERE x.tenant_id = tenant AND x.channel_id = c.channel_id
                            LIMIT 1) h ON true
        LEFT JOIN LATERAL (SELECT * FROM partner x WHERE x.tenant_id = tenant AND x.partner_id = c.partner_id
                            LIMIT 1) p ON true
        LEFT JOIN LATERAL (SELECT x.name FROM point_name x
                            WHERE x.tenant_id = tenant AND x.point_name_id = c.price_point LIMIT 1) price ON true
        LEFT JOIN LATERAL (SELECT x.name FROM point_name x
                            WHERE x.tenant_id = tenant AND x.point_name_id = c.bonus_point LIMIT 1) bonus ON true
        LEFT JOIN LATERAL (SELECT x.generation FROM printed_code x
                            WHERE c.type = 'qr' AND x.tenant_id = tenant AND x.coupon_id = c.coupon_id
                            LIMIT 1) g ON true
        LEFT JOIN LATERAL (SELECT x.units FROM addon_balance x
                            WHERE x.tenant_id = tenant AND x.partner_id = c.partner_id
                              AND x.resource = c.units_resource LIMIT 1) b ON true),
    'entries', (
      SELECT coalesce(json_agg(json_build_array(
               a.fingerprint, a.body, coalesce(f.following, false), coalesce(u.uses, 0),
               floor(extract(epoch FROM u.last_at) * 1000),
               CASE WHEN t.available_at IS NOT NULL
                    THEN json_build_array(extract(epoch FROM t.available_at) * 1000, t.revoked) END,
               coalesce(b.balance, 0)::text,
               CASE WHEN p.valid_until IS NOT NULL
                    THEN json_build_array(p.device_tag, extract(epoch FROM p.valid_until) * 1000, p.last_step,
                                          extract(epoch FROM p.accepted_at) * 1000) END) ORDER BY e.place), '[]')
        FROM unnest(coupon_places, users, reservations) WITH ORDINALITY
               AS e (coupon_place, user_id, reservation_id, place)
        LEFT JOIN LATERAL (SELECT s.fingerprint, s.body FROM stored_answer s
                            WHERE s.tenant_id = tenant AND s.reservation_id = e.reservation_id LIMIT 1) a ON true
        LEFT JOIN LATERAL (SELECT k.channel_id, k.coupon_id, k.type, k.availability, k.price_point FROM coupon k
                            WHERE k.tenant_id = tenant AND k.coupon_id = coupon_ids[e.coupon_place] LIMIT 1) c ON true
        LEFT JOIN LATERAL (SELECT w.uses, w.last_at FROM coupon_usage w
                            WHERE w.tenant_id = tenant AND w.coupon_id = coupon_ids[e.coupon_place]
                              AND w.user_id = e.user_id LIMIT 1) u ON true
        LEFT JOIN LATERAL (SELECT g.following FROM follow g
                            WHERE g.tenant_id = tenant AND g.channel_id = c.channel_id AND g.user_id = e.user_id
                            LIMIT 1) f ON true
        LEFT JOIN LATERAL (SELECT g.available_at, g.revoked FROM user_grant g
                            WHERE c.availability = 'grant' AND g.tenant_id = tenant AND g.coupon_id = c.coupon_id
                              AND g.user_id = e.user_id LIMIT 1) t ON true
        LEFT JOIN LATERAL (SELECT g.balance FROM point_balance g
                            WHERE g.tenant_id = tenant AND g.user_id = e.user_id AND g.point_name_id = c.price_point
                            LIMIT 1) b ON true
        LEFT JOIN LATERAL (SELECT g.* FROM pass g
                            WHERE c.type = 'qr' AND g.tenant_id = tenant AND g.coupon_id = c.coupon_id
                              AND g.user_id = e.user_id LIMIT 1) p ON true))
    INTO facts;
  RETURN facts;
END
$$;
