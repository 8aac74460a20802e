-- The steps of redeem_batch that only some coupons need. They run inside it, under its locks and its settings.

-- The last unit of a coupon is sold: told once, with the winner who got it as the cause.
CREATE FUNCTION tell_exhausted(
  tenant uuid, coupons redeem_coupon[], verdicts redeem_verdict[], coupon_event_ids uuid[], correlations text[],
  headers json, decided_text text
) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  head text := fact_head(headers, 'exhausted', decided_text);
BEGIN
  INSERT INTO outbox (shard, id, tenant_id, topic, key, headers, payload)
    SELECT outbox_shard(v.coupon_id::text), coupon_event_ids[v.coupon_place * 2 - 1], tenant,
           'redemption.coupon-exhausted.v1', v.coupon_id::text,
           (head || coupon_event_ids[v.coupon_place * 2 - 1] || '","ce_subject":"coupon/' || v.coupon_id
             || '","ce_correlationid":' || to_json(correlations[v.place]) || ',"ce_causationid":"' || v.event_id
             || '"}')::json,
           ('{"couponId":"' || v.coupon_id || '","exhaustedAt":"' || decided_text || '","stock":'
             || stock_json((k.c).max, (k.c).max, (k.c).rev + v.nth) || '}')::json
      FROM unnest(verdicts) v CROSS JOIN LATERAL (SELECT coupons[v.coupon_place] AS c OFFSET 0) k
     WHERE v.outcome = 'accepted' AND (k.c).redeemed + v.nth = (k.c).max;
END
$$;

-- The calls that the winners' coupons owe. entry_ids 5 and 6 of an entry: the call, and its event.
CREATE FUNCTION owe_calls(
  tenant uuid, coupons redeem_coupon[], verdicts redeem_verdict[], entry_ids uuid[], correlations text[],
  headers json, decided_at timestamptz, decided_text text
) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  head text := fact_head(headers, 'pending', decided_text);
BEGIN
  WITH call AS (
    SELECT v.place, entry_ids[v.place * 7 - 2] AS fulfilment_id, entry_ids[v.place * 7 - 1] AS call_event_id,
           v.redemption_id, v.event_id, v.coupon_id, v.user_id, k.c
      FROM unnest(verdicts) v CROSS JOIN LATERAL (SELECT coupons[v.coupon_place] AS c OFFSET 0) k
     WHERE v.outcome = 'accepted' AND (k.c).trigger_id IS NOT NULL
  ), owed AS (
    INSERT INTO fulfilment (tenant_id, fulfilment_id, redemption_id, coupon_id, channel_id, partner_id, user_id,
                            trigger_id, units_resource, units, state, pending_since)
      SELECT tenant, w.fulfilment_id, w.redemption_id, w.coupon_id, (w.c).channel_id, (w.c).partner_id, w.user_id,
             (w.c).trigger_id, (w.c).units_resource, (w.c).units, 'pending', decided_at
        FROM call w
  )
  INSERT INTO outbox (shard, id, tenant_id, topic, key, headers, payload)
    SELECT outbox_shard(w.fulfilment_id::text), w.call_event_id, tenant, 'redemption.fulfilment.v1',
           w.fulfilment_id::text,
           (head || w.call_event_id || '","ce_subject":"fulfilment/' || w.fulfilment_id
             || '","ce_correlationid":' || to_json(correlations[w.place]) || ',"ce_causationid":"' || w.event_id
             || '"}')::json,
           ('{"fulfilmentId":"' || w.fulfilment_id || '","redemptionId":"' || w.redemption_id
             || '","couponId":"' || w.coupon_id || '","channelId":"' || (w.c).channel_id
             || '","partnerId":"' || (w.c).partner_id || '","userId":"' || w.user_id
             || '","triggerId":"' || (w.c).trigger_id
             || '","units":' || coalesce(units_json((w.c).units_resource, (w.c).units), 'null')
             || ',"round":1,"pendingSince":"' || decided_text || '"}')::json
      FROM call w ORDER BY w.place;
END
$$;
