-- The steps of redeem_batch that only some coupons need. They run inside it, under its locks and its settings.

-- By place, of those who are refused for a number: what was seen of the user, as in redeem_facts.
CREATE FUNCTION what_was_seen(
  tenant uuid, coupons redeem_coupon[], verdicts redeem_verdict[], users uuid[], balances bigint[], passes pass[]
) RETURNS json[] LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN ARRAY(
    SELECT CASE WHEN v.outcome IN ('cooling_down', 'points_short', 'scanned_just_now') THEN json_build_array(
             coalesce((SELECT g.following FROM follow g
                        WHERE g.tenant_id = tenant AND g.channel_id = (k.c).channel_id AND g.user_id = users[v.place]),
                      false),
             v.uses, floor(extract(epoch FROM v.last_at) * 1000), NULL, coalesce(balances[v.place], 0)::text,
             CASE WHEN (k.pass).valid_until IS NOT NULL THEN json_build_array(
               (k.pass).device_tag, extract(epoch FROM (k.pass).valid_until) * 1000, (k.pass).last_step,
               extract(epoch FROM (k.pass).accepted_at) * 1000) END) END
      FROM unnest(verdicts) v
      CROSS JOIN LATERAL (SELECT coupons[v.coupon_place] AS c, passes[v.place] AS pass OFFSET 0) k
     ORDER BY v.place);
END
$$;

-- The last unit of a coupon is sold: told once, with the winner who got it as the cause.
CREATE FUNCTION tell_exhausted(
  tenant uuid, coupons redeem_coupon[], verdicts redeem_verdict[], coupon_event_ids uuid[], event_ids uuid[],
  correlations text[], heads text[], decided_text text
) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  INSERT INTO outbox (shard, tenant_id, topic, head, facts)
    SELECT outbox_shard((k.c).coupon_id::text), tenant, 'redemption.coupon-exhausted.v1',
           fact_head(heads[2], decided_text),
           concat('["', (k.c).coupon_id, '",{"ce_id":"', coupon_event_ids[v.coupon_place * 2 - 1],
                  '","ce_subject":"coupon/', (k.c).coupon_id, '","ce_correlationid":"', correlations[v.place],
                  '","ce_causationid":"', event_ids[v.place], E'"}]\n{"couponId":"', (k.c).coupon_id,
                  '","exhaustedAt":"', decided_text, '","stock":',
                  stock_json((k.c).max, (k.c).max, (k.c).rev + v.nth), '}')
      FROM unnest(verdicts) v CROSS JOIN LATERAL (SELECT coupons[v.coupon_place] AS c OFFSET 0) k
     WHERE v.outcome = 'accepted' AND (k.c).redeemed + v.nth = (k.c).max;
END
$$;

-- The calls that the winners' coupons owe. entry_ids 5 and 6 of an entry: the call, and its event.
CREATE FUNCTION owe_calls(
  tenant uuid, coupons redeem_coupon[], verdicts redeem_verdict[], users uuid[], redemption_ids uuid[],
  event_ids uuid[], entry_ids uuid[], correlations text[], heads text[], decided_at timestamptz, decided_text text
) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  WITH call AS (
    SELECT v.place, entry_ids[v.place * 7 - 2] AS fulfilment_id, redemption_ids[v.place] AS redemption_id,
           users[v.place] AS user_id, (k.c).coupon_id, (k.c).channel_id, (k.c).partner_id, (k.c).trigger_id,
           (k.c).units_resource, (k.c).units
      FROM unnest(verdicts) v CROSS JOIN LATERAL (SELECT coupons[v.coupon_place] AS c OFFSET 0) k
     WHERE v.outcome = 'accepted' AND (k.c).trigger_id IS NOT NULL
  ), owed AS (
    INSERT INTO fulfilment (tenant_id, fulfilment_id, redemption_id, coupon_id, channel_id, partner_id, user_id,
                            trigger_id, units_resource, units, state, pending_since)
      SELECT tenant, w.fulfilment_id, w.redemption_id, w.coupon_id, w.channel_id, w.partner_id, w.user_id,
             w.trigger_id, w.units_resource, w.units, 'pending', decided_at
        FROM call w
  )
  INSERT INTO outbox (shard, tenant_id, topic, head, facts)
    SELECT outbox_shard(w.fulfilment_id::text), tenant, 'redemption.fulfilment.v1',
           fact_head(heads[5], decided_text),
           string_agg(concat(
             '["', w.fulfilment_id, '",{"ce_id":"', entry_ids[w.place * 7 - 1], '","ce_subject":"fulfilment/',
             w.fulfilment_id, '","ce_correlationid":"', correlations[w.place], '","ce_causationid":"',
             event_ids[w.place], E'"}]\n{"fulfilmentId":"', w.fulfilment_id, '","redemptionId":"', w.redemption_id,
             '","couponId":"', w.coupon_id, '","channelId":"', w.channel_id, '","partnerId":"', w.partner_id,
             '","userId":"', w.user_id, '","triggerId":"', w.trigger_id, '","units":',
             CASE WHEN w.units IS NULL THEN 'null' ELSE units_json(w.units_resource, w.units) END,
             ',"round":1,"pendingSince":"', decided_text, '"}'), E'\n')
      FROM call w GROUP BY 1;
END
$$;
