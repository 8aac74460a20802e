-- The signature of the release before, for its processes that still run during a rolling update: by button only, and
-- nothing that recurs, moves points or owes a call, which that release does not know.
CREATE FUNCTION redeem_batch(
  tenant uuid, redeems text,
  coupon_ids uuid[], versions integer[], exhausted_event_ids uuid[],
  coupon_places integer[], users uuid[], reservations uuid[], fingerprints uuid[],
  redemption_ids uuid[], event_ids uuid[], correlations text[],
  headers jsonb
) RETURNS json LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM set_config('octopus.tenant_id', tenant::text, true);
  RETURN redeem_batch(
    tenant, coupon_ids, versions,
    ARRAY(SELECT concat('"couponId":"', c.coupon_id, '","couponVersion":', c.version, ',"couponType":"', c.type,
                        '","channelId":"', c.channel_id, '"')
            FROM unnest(coupon_ids) WITH ORDINALITY AS k (id, place)
            LEFT JOIN coupon c ON c.tenant_id = tenant AND c.coupon_id = k.id ORDER BY k.place),
    ARRAY(SELECT concat('"couponId":"', k.id, '"') FROM unnest(coupon_ids) WITH ORDINALITY AS k (id, place) ORDER BY k.place),
    ARRAY(SELECT x.id FROM unnest(exhausted_event_ids) WITH ORDINALITY AS e (id, place)
           CROSS JOIN LATERAL (VALUES (1, e.id), (2, NULL)) AS x (half, id) ORDER BY e.place, x.half),
    NULL, NULL, coupon_places, users, reservations, fingerprints, redemption_ids, event_ids, correlations,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, ARRAY[left((headers->'redeemed')::text, -1), left((headers->'exhausted')::text, -1)]);
END
$$;
