-- What is known of coupons and of entries, read in one snapshot and without a lock: fills the memory, and is asked
-- before a refusal by memory or by Redis is answered. Arrays as in redeem_batch.
-- Output: {"now": ms since 1970, "coupons": [{...}], "entries": [[fingerprint, answer, following, uses]]}
CREATE FUNCTION redeem_facts(
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
      SELECT coalesce(json_agg(json_build_object(
               'tenantId', c.tenant_id, 'couponId', c.coupon_id, 'channelId', c.channel_id, 'type', c.type,
               'version', c.version, 'status', c.status, 'finishedReason', c.finished_reason,
               'startAt', extract(epoch FROM c.start_at) * 1000, 'endAt', extract(epoch FROM c.end_at) * 1000,
               'perUserCap', c.per_user_cap,
               'stock', json_build_object('redeemed', c.redeemed, 'max', c.max, 'finished', c.finished,
                                          'revision', c.rev))), '[]')
        FROM coupon c WHERE c.tenant_id = tenant AND c.coupon_id = ANY (coupon_ids)),
    'entries', (
      SELECT coalesce(json_agg(json_build_array(a.fingerprint, a.body, coalesce(f.following, false),
                                                coalesce(u.uses, 0)) ORDER BY e.place), '[]')
        FROM unnest(coupon_places, users, reservations) WITH ORDINALITY
               AS e (coupon_place, user_id, reservation_id, place)
        LEFT JOIN LATERAL (SELECT s.fingerprint, s.body FROM stored_answer s
                            WHERE s.tenant_id = tenant AND s.reservation_id = e.reservation_id LIMIT 1) a ON true
        LEFT JOIN LATERAL (SELECT k.channel_id FROM coupon k
                            WHERE k.tenant_id = tenant AND k.coupon_id = coupon_ids[e.coupon_place] LIMIT 1) c ON true
        LEFT JOIN LATERAL (SELECT w.uses FROM coupon_usage w
                            WHERE w.tenant_id = tenant AND w.coupon_id = coupon_ids[e.coupon_place]
                              AND w.user_id = e.user_id LIMIT 1) u ON true
        LEFT JOIN LATERAL (SELECT g.following FROM follow g
                            WHERE g.tenant_id = tenant AND g.channel_id = c.channel_id AND g.user_id = e.user_id
                            LIMIT 1) f ON true))
    INTO facts;
  RETURN facts;
END
$$;
