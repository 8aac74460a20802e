-- Decides a batch of one tenant and carries out what is accepted; one call is one transaction.
--
-- Arguments: one array per column. Per coupon: coupon_ids, the versions that the caller knows, and two event ids each
-- (exhausted; units used up); of coupons with a recurrence the stretch in which openness does not change, and whether
-- it is open (null arrays: no coupon recurs).
-- Per entry, in order of arrival: coupon_places (index into coupon_ids, from 1) and so on. methods to hops are null
-- where every entry comes by button; steps: of the code, of a print its generation. entry_ids: six per entry (debit and
-- its event, credit and its event, owed call and its event, add-on entry being the seventh), null where no coupon moves
-- points or units or owes a call. traces: W3C traceparent per entry, null where nothing is traced.
-- headers: {"<fact>": {...}}, the Kafka headers that all facts of a kind share. JSON is put together as text: by
-- functions it took a third of the time of a batch.
-- At most one entry per user and coupon, per reservation, and per user where points move; else the batch fails (21000,
-- 23505) and is cut up.
-- Output: {"now": RFC 3339, "coupons": [[id, version, redeemed, max, finished, rev]],
--          "entries": [[outcome, uses, answer, last at (ms), seen]]} with the entries in the order given, uses and
--          last at as they are now.
CREATE FUNCTION redeem_batch(
  tenant uuid,
  coupon_ids uuid[], versions integer[], coupon_event_ids uuid[], stretches tstzrange[], opens boolean[],
  coupon_places integer[], users uuid[], reservations uuid[], fingerprints uuid[],
  redemption_ids uuid[], event_ids uuid[], correlations text[], traces text[],
  methods text[], steps bigint[], device_tags integer[], partners uuid[], stores uuid[], cashiers uuid[], hops integer[],
  entry_ids uuid[],
  headers json
) RETURNS json LANGUAGE plpgsql VOLATILE
-- Plans are made once per connection, maybe over empty tables: only indexes may be considered.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_bitmapscan = off SET enable_material = off SET jit = off
AS $$
DECLARE
  decided_at timestamptz;
  decided_text text;
  coupons redeem_coupon[];
  verdicts redeem_verdict[];
  moves_points boolean;
  takes_units boolean;
  owes_calls boolean;
  by_grant boolean;
  may_exhaust boolean;
  won integer;
  head text;
BEGIN
  PERFORM set_config('octopus.tenant_id', tenant::text, true);

  -- 1. Locks first, as a statement of its own: what is read below is read after the wait. Every writer of a coupon's
  --    usage, redemptions and answers holds its coupon's row, so this one lock covers them.
  PERFORM FROM coupon c
    WHERE c.tenant_id = tenant AND c.coupon_id = ANY (coupon_ids)
    ORDER BY c.coupon_id FOR UPDATE;

  -- 2. The deciding clock, once. What the coupons say by themselves, and what they need.
  decided_at := date_trunc('milliseconds', octopus_now());
  decided_text := to_char(decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  SELECT array_agg(ROW(
           c.coupon_id, c.channel_id, c.partner_id, c.type, c.version, c.version = k.version,
           coupon_refusal(c.status, c.finished_reason, c.finished, coalesce(h.active AND NOT h.removed, true),
                          coalesce(p.active AND NOT p.removed, true), c.start_at, c.end_at, c.recurrence IS NOT NULL,
                          CASE WHEN decided_at <@ stretches[k.place] THEN opens[k.place] END, decided_at),
           c.audience = 'followers', c.availability = 'grant', make_interval(secs => c.validity_seconds),
           g.generation, c.per_user_cap, make_interval(secs => c.time_limit_seconds),
           c.price_point, c.price_amount, price.programme_id, c.bonus_point, c.bonus_amount, bonus.programme_id,
           c.trigger_id, c.units_resource, c.units, c.redeemed, c.max, c.rev,
           '"couponId":"' || c.coupon_id || '","couponVersion":' || c.version || ',"couponType":"' || c.type
             || '","channelId":"' || c.channel_id || '"' || coalesce(',"partnerId":"' || c.partner_id || '"', '')
             || coalesce(',"price":' || points_json(c.price_point, c.price_amount), '')
             || coalesce(',"bonus":' || points_json(c.bonus_point, c.bonus_amount), '')
             || coalesce(',"units":' || units_json(c.units_resource, c.units), ''),
           '"couponId":"' || c.coupon_id || '"'
             || coalesce(',"price":' || points_json(c.price_point, c.price_amount), '')
             || coalesce(',"bonus":' || points_json(c.bonus_point, c.bonus_amount), '')
             || CASE WHEN c.type = 'time_based' THEN ',"showsEvidence":true' ELSE '' END
           )::redeem_coupon ORDER BY k.place),
         coalesce(bool_or(c.price_point IS NOT NULL OR c.bonus_point IS NOT NULL), false),
         coalesce(bool_or(c.units IS NOT NULL), false),
         coalesce(bool_or(c.trigger_id IS NOT NULL), false),
         coalesce(bool_or(c.availability = 'grant'), false),
         coalesce(bool_or(c.max - c.redeemed <= cardinality(coupon_places)), false)
    INTO coupons, moves_points, takes_units, owes_calls, by_grant, may_exhaust
    FROM unnest(coupon_ids, versions) WITH ORDINALITY AS k (coupon_id, version, place)
    -- LIMIT makes each a look-up of its own by the whole key, whatever the planner believes of the tables' sizes.
    LEFT JOIN LATERAL (SELECT * FROM coupon x
                        WHERE x.tenant_id = tenant AND x.coupon_id = k.coupon_id LIMIT 1) c ON true
    LEFT JOIN LATERAL (SELECT x.active, x.removed FROM channel x
                        WHERE x.tenant_id = tenant AND x.channel_id = c.channel_id LIMIT 1) h ON true
    LEFT JOIN LATERAL (SELECT x.active, x.removed FROM partner x
                        WHERE x.tenant_id = tenant AND x.partner_id = c.partner_id LIMIT 1) p ON true
    LEFT JOIN LATERAL (SELECT x.generation FROM printed_code x
                        WHERE c.type = 'qr' AND x.tenant_id = tenant AND x.coupon_id = c.coupon_id LIMIT 1) g ON true
    LEFT JOIN LATERAL (SELECT x.programme_id FROM point_name x
                        WHERE x.tenant_id = tenant AND x.point_name_id = c.price_point LIMIT 1) price ON true
    LEFT JOIN LATERAL (SELECT x.programme_id FROM point_name x
                        WHERE x.tenant_id = tenant AND x.point_name_id = c.bonus_point LIMIT 1) bonus ON true;
  IF moves_points THEN PERFORM lock_points(tenant, coupons, coupon_places, users); END IF;

  -- 3. Known keys, stale terms, personal checks; the survivors ranked by arrival; the cap last.
  SELECT array_agg(ROW(
      ranked.place, ranked.coupon_place, ranked.coupon_id, ranked.user_id, ranked.reservation_id, ranked.fingerprint,
      ranked.redemption_id, ranked.event_id,
      CASE WHEN ranked.nth > ranked.max - ranked.redeemed THEN 'sold_out' ELSE ranked.outcome END,
      ranked.uses, ranked.last_at, ranked.nth, ranked.answer,
      CASE WHEN ranked.outcome IN ('cooling_down', 'points_short', 'scanned_just_now') THEN json_build_array(
             ranked.following, ranked.uses, floor(extract(epoch FROM ranked.last_at) * 1000), NULL,
             coalesce(ranked.balance, 0)::text,
             CASE WHEN ranked.pass_until IS NOT NULL THEN json_build_array(
               ranked.pass_tag, extract(epoch FROM ranked.pass_until) * 1000, ranked.pass_step,
               extract(epoch FROM ranked.pass_at) * 1000) END)
      END)::redeem_verdict ORDER BY ranked.place)
    INTO verdicts
    FROM (
      SELECT judged.*,
             CASE WHEN judged.outcome = 'accepted' THEN
               row_number() OVER (PARTITION BY judged.coupon_place, judged.outcome = 'accepted' ORDER BY judged.place)
             END AS nth
        FROM (
          SELECT e.place::integer AS place, e.coupon_place, coupon_ids[e.coupon_place] AS coupon_id, e.user_id,
                 e.reservation_id, e.fingerprint, e.redemption_id, e.event_id,
                 (k.c).max, (k.c).redeemed, coalesce(u.uses, 0) AS uses, u.last_at, a.body AS answer,
                 coalesce(f.following, false) AS following, b.balance,
                 (p.pass).device_tag AS pass_tag, (p.pass).valid_until AS pass_until, (p.pass).last_step AS pass_step,
                 (p.pass).accepted_at AS pass_at,
                 CASE
                   WHEN a.fingerprint = e.fingerprint THEN 'known'
                   WHEN a.fingerprint IS NOT NULL THEN 'key_reused'
                   WHEN (k.c).coupon_id IS NULL THEN 'coupon_not_found'
                   WHEN NOT (k.c).is_known_version THEN 'stale'
                   ELSE coalesce(
                     means_refusal(k.c, k.method, partners[e.place]),
                     (k.c).standing,
                     person_refusal(k.c, f.following, t.available_at, t.revoked, k.method, steps[e.place],
                                    device_tags[e.place], p.pass, decided_at),
                     limits_refusal(k.c, coalesce(u.uses, 0), u.last_at, coalesce(b.balance, 0), decided_at),
                     'accepted')
                 END AS outcome
            FROM unnest(coupon_places, users, reservations, fingerprints, redemption_ids, event_ids)
                   WITH ORDINALITY AS e (coupon_place, user_id, reservation_id, fingerprint, redemption_id, event_id,
                                         place)
            -- OFFSET 0: looked up once, and not wherever it is spoken of.
            CROSS JOIN LATERAL (SELECT coupons[e.coupon_place] AS c, coalesce(methods[e.place], 'button') AS method
                                OFFSET 0) k
            LEFT JOIN LATERAL (SELECT s.fingerprint, s.body FROM stored_answer s
                                WHERE s.tenant_id = tenant AND s.reservation_id = e.reservation_id LIMIT 1) a ON true
            LEFT JOIN LATERAL (SELECT w.uses, w.last_at FROM coupon_usage w
                                WHERE w.tenant_id = tenant AND w.coupon_id = (k.c).coupon_id
                                  AND w.user_id = e.user_id LIMIT 1) u ON true
            LEFT JOIN LATERAL (SELECT g.following FROM follow g
                                WHERE g.tenant_id = tenant AND g.channel_id = (k.c).channel_id
                                  AND g.user_id = e.user_id LIMIT 1) f ON true
            LEFT JOIN LATERAL (SELECT g.available_at, g.revoked FROM user_grant g
                                WHERE by_grant AND g.tenant_id = tenant AND g.coupon_id = (k.c).coupon_id
                                  AND g.user_id = e.user_id LIMIT 1) t ON true
            LEFT JOIN LATERAL (SELECT g.balance FROM point_balance g
                                WHERE moves_points AND g.tenant_id = tenant AND g.user_id = e.user_id
                                  AND g.point_name_id = (k.c).price_point LIMIT 1) b ON true
            LEFT JOIN LATERAL (SELECT g AS pass FROM pass g
                                WHERE methods IS NOT NULL AND g.tenant_id = tenant AND g.coupon_id = (k.c).coupon_id
                                  AND g.user_id = e.user_id LIMIT 1) p ON true
        ) judged
    ) ranked;
  IF takes_units THEN
    verdicts := share_units(tenant, coupons, verdicts, coupon_event_ids, correlations, headers, decided_text);
  END IF;

  -- 4. Effects, for the winners only. Keys first and sorted: a rival with the same key waits here or fails.
  INSERT INTO stored_answer (tenant_id, reservation_id, fingerprint, body, created_at)
    SELECT tenant, v.reservation_id, v.fingerprint,
           ('{"redemptionId":"' || v.redemption_id || '","userId":"' || v.user_id || '","redeemedAt":"' || decided_text
             || '","userRedemptions":' || v.uses + 1
             || coalesce(',"method":"' || methods[v.place] || '",', ',') || (k.c).in_answer || '}')::json,
           decided_at
      FROM unnest(verdicts) v CROSS JOIN LATERAL (SELECT coupons[v.coupon_place] AS c OFFSET 0) k
     WHERE v.outcome = 'accepted' ORDER BY v.reservation_id;
  GET DIAGNOSTICS won = ROW_COUNT;
  IF won > 0 THEN
    head := fact_head(headers, 'redeemed', decided_text);
    -- One statement: starting one costs as much as several rows.
    WITH winner AS (
      SELECT v.place, v.coupon_id, v.user_id, v.reservation_id, v.redemption_id, v.event_id, v.uses, v.nth, k.c,
             CASE WHEN (k.c).trigger_id IS NOT NULL THEN entry_ids[v.place * 7 - 2] END AS fulfilment_id
        FROM unnest(verdicts) v CROSS JOIN LATERAL (SELECT coupons[v.coupon_place] AS c OFFSET 0) k
       WHERE v.outcome = 'accepted'
    ), used AS (
      -- A clock that steps back shortens nobody's cooldown.
      INSERT INTO coupon_usage AS u (tenant_id, coupon_id, user_id, uses, last_at)
        SELECT tenant, w.coupon_id, w.user_id, 1, decided_at FROM winner w ORDER BY w.user_id, w.coupon_id
        ON CONFLICT (tenant_id, coupon_id, user_id) DO UPDATE
          SET uses = u.uses + 1, last_at = greatest(u.last_at, excluded.last_at)
    ), redeemed AS (
      INSERT INTO redemption (tenant_id, redemption_id, coupon_id, coupon_version, channel_id, user_id, redeemed_at,
                              reservation_id, method, partner_id, store_id, cashier_id, price_point, price_amount,
                              bonus_point, bonus_amount, units_resource, units, fulfilment_id, hops)
        SELECT tenant, w.redemption_id, w.coupon_id, (w.c).version, (w.c).channel_id, w.user_id, decided_at,
               w.reservation_id, coalesce(methods[w.place], 'button'), (w.c).partner_id, stores[w.place],
               cashiers[w.place], (w.c).price_point, (w.c).price_amount, (w.c).bonus_point, (w.c).bonus_amount,
               (w.c).units_resource, (w.c).units, w.fulfilment_id, coalesce(hops[w.place], 0)
          FROM winner w
    ), told AS (
      -- The facts, in order of arrival; each says how much was left after it.
      INSERT INTO outbox (shard, id, tenant_id, topic, key, headers, payload)
        SELECT outbox_shard(w.redemption_id::text), w.event_id, tenant, 'redemption.redemption.v1',
               w.redemption_id::text,
               (head || w.event_id || '","ce_subject":"redemption/' || w.redemption_id
                 || '","ce_correlationid":' || to_json(correlations[w.place])
                 || coalesce(',"ce_traceparent":' || to_json(traces[w.place]), '') || '}')::json,
               ('{"redemptionId":"' || w.redemption_id || '","userId":"' || w.user_id || '","redeemedAt":"'
                 || decided_text || '","userRedemptions":' || w.uses + 1 || ','
                 || (w.c).in_fact
                 || coalesce(',"method":"' || methods[w.place] || '"', '')
                 || coalesce(',"storeId":"' || stores[w.place] || '"', '')
                 || coalesce(',"cashierId":"' || cashiers[w.place] || '"', '')
                 || coalesce(',"fulfilmentId":"' || w.fulfilment_id || '"', '')
                 || ',"stock":' || stock_json((w.c).redeemed + w.nth, (w.c).max, (w.c).rev + w.nth) || '}')::json
          FROM winner w ORDER BY w.place
    )
    UPDATE coupon c
       SET redeemed = c.redeemed + sold.n, rev = c.rev + sold.n,
           finished = c.finished OR coalesce(c.redeemed + sold.n >= c.max, false)
      FROM (SELECT w.coupon_id, count(*) AS n FROM winner w GROUP BY w.coupon_id) sold
     WHERE c.tenant_id = tenant AND c.coupon_id = sold.coupon_id;

    IF may_exhaust THEN
      PERFORM tell_exhausted(tenant, coupons, verdicts, coupon_event_ids, correlations, headers, decided_text);
    END IF;
    IF methods IS NOT NULL THEN
      -- Tested under the coupon's lock, which every scan takes; set on acceptance only.
      UPDATE pass p SET last_step = steps[v.place], accepted_at = decided_at
        FROM unnest(verdicts) v
       WHERE v.outcome = 'accepted' AND methods[v.place] = 'pass'
         AND p.tenant_id = tenant AND p.coupon_id = v.coupon_id AND p.user_id = v.user_id
         AND p.last_step < steps[v.place];
    END IF;
    IF owes_calls THEN
      PERFORM owe_calls(tenant, coupons, verdicts, entry_ids, correlations, headers, decided_at, decided_text);
    END IF;
    IF moves_points THEN
      PERFORM move_points(tenant, coupons, verdicts, entry_ids, hops, correlations, headers, decided_at, decided_text);
    END IF;
    IF takes_units THEN PERFORM take_units(tenant, coupons, verdicts, entry_ids, decided_at); END IF;
  END IF;

  RETURN json_build_object(
    'now', decided_text,
    'coupons', (SELECT coalesce(json_agg(json_build_array(c.coupon_id, c.version, c.redeemed, c.max, c.finished, c.rev)),
                                '[]')
                  FROM coupon c WHERE c.tenant_id = tenant AND c.coupon_id = ANY (coupon_ids)),
    'entries', (SELECT json_agg(json_build_array(
                         v.outcome, v.uses + CASE WHEN v.outcome = 'accepted' THEN 1 ELSE 0 END, v.answer,
                         floor(extract(epoch FROM CASE WHEN v.outcome = 'accepted'
                                                       THEN greatest(v.last_at, decided_at) ELSE v.last_at END) * 1000),
                         v.seen)
                       ORDER BY v.place)
                  FROM unnest(verdicts) v));
END
$$;
