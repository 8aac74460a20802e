-- Decides a batch of one tenant and carries out what is accepted; one call is one transaction.
--
-- Arguments: one array per column. Per coupon: coupon_ids, the versions that the caller knows, what facts and answers say
-- of a coupon of that version (in_facts, in_answers: JSON's fields as text), and two event ids each (exhausted; units
-- used up); of coupons with a recurrence the stretch in which openness does not change, and whether it is open (null
-- arrays: no coupon recurs).
-- Per entry, in order of arrival: coupon_places (index into coupon_ids, from 1) and so on. correlations and traces (W3C
-- traceparent; null where nothing is traced) are the inside of a JSON string. methods to hops are null where every entry
-- comes by button; steps: of the code, of a print its generation. entry_ids: seven per entry (debit and its event,
-- credit and its event, owed call and its event, add-on entry), null where no coupon moves points or units or owes a call.
-- heads: the Kafka headers that all facts of a kind share, a JSON object without its last brace; 1 redeemed, 2 exhausted,
-- 3 debited, 4 credited, 5 pending, 6 used up. JSON is put together as text, and facts
-- leave in bundles, one row per shard and topic: statements, rows and operators are what a batch costs, not its bytes.
-- At most one entry per user and coupon, per reservation, and per user where points move; else the batch fails (21000,
-- 23505) and is cut up.
-- Output: {"now": RFC 3339, "coupons": [[id, version, redeemed, max, finished, rev]],
--          "entries": [[outcome, uses, answer, last at (ms), seen]]} with the entries in the order given, uses and
--          last at as they are now.
CREATE OR REPLACE FUNCTION redeem_batch(
  tenant uuid,
  coupon_ids uuid[], versions integer[], in_facts text[], in_answers text[], coupon_event_ids uuid[],
  stretches tstzrange[], opens boolean[],
  coupon_places integer[], users uuid[], reservations uuid[], fingerprints uuid[],
  redemption_ids uuid[], event_ids uuid[], correlations text[], traces text[],
  methods text[], steps bigint[], device_tags integer[], partners uuid[], stores uuid[], cashiers uuid[], hops integer[],
  entry_ids uuid[],
  heads text[]
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
  tells_why boolean;
  grants redeem_grant[];     -- by place, as are the next three; null where no coupon of the batch needs them
  passes pass[];
  balances bigint[];         -- from which the price goes
  holds_bonus boolean[];     -- is there a balance to which the bonus goes? null = there is no bonus
  seen json[];
  sold record;
  scan record;
BEGIN
  PERFORM set_config('octopus.tenant_id', tenant::text, true);

  -- 1. Locks first, as a statement of its own: what is read below is read after the wait. Every writer of a coupon's
  --    usage, redemptions and answers holds its coupon's row, so this one lock covers them.
  --    Each is looked up by the whole key (LIMIT sees to that): = ANY with an order was planned as a walk through all of the
  --    tenant's coupons. In the order of ids, as every writer takes them: the loop's outer side is sorted.
  PERFORM FROM (SELECT k.id FROM unnest(coupon_ids) AS k (id) ORDER BY k.id) k
    CROSS JOIN LATERAL (SELECT FROM coupon x WHERE x.tenant_id = tenant AND x.coupon_id = k.id LIMIT 1 FOR UPDATE) c;

  -- 2. The deciding clock, once. What the coupons say by themselves, and what they need.
  decided_at := date_trunc('milliseconds', octopus_now());
  decided_text := to_char(decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  SELECT array_agg(ROW(
           c.coupon_id, c.channel_id, c.partner_id, c.type, c.version, c.version = k.version,
           coupon_refusal(
             c.status, c.finished_reason, c.finished,
             coalesce((SELECT x.active AND NOT x.removed FROM channel x
                        WHERE x.tenant_id = tenant AND x.channel_id = c.channel_id), true),
             coalesce((SELECT x.active AND NOT x.removed FROM partner x
                        WHERE x.tenant_id = tenant AND x.partner_id = c.partner_id), true),
             c.start_at, c.end_at, c.recurrence IS NOT NULL,
             CASE WHEN decided_at <@ stretches[k.place] THEN opens[k.place] END, decided_at),
           c.audience = 'followers', c.availability = 'grant', make_interval(secs => c.validity_seconds),
           CASE WHEN c.type = 'qr' THEN (SELECT x.generation FROM printed_code x
                                          WHERE x.tenant_id = tenant AND x.coupon_id = c.coupon_id) END,
           c.per_user_cap, make_interval(secs => c.time_limit_seconds),
           c.price_point, c.price_amount, c.bonus_point, c.bonus_amount,
           c.trigger_id, c.units_resource, c.units, c.redeemed, c.max, c.rev
           )::redeem_coupon ORDER BY k.place),
         coalesce(bool_or(c.price_point IS NOT NULL OR c.bonus_point IS NOT NULL), false),
         coalesce(bool_or(c.units IS NOT NULL), false),
         coalesce(bool_or(c.trigger_id IS NOT NULL), false),
         coalesce(bool_or(c.availability = 'grant'), false),
         coalesce(bool_or(c.max - c.redeemed <= cardinality(coupon_places)), false)
    INTO coupons, moves_points, takes_units, owes_calls, by_grant, may_exhaust
    FROM unnest(coupon_ids, versions) WITH ORDINALITY AS k (coupon_id, version, place)
    LEFT JOIN LATERAL (SELECT * FROM coupon x
                        WHERE x.tenant_id = tenant AND x.coupon_id = k.coupon_id LIMIT 1) c ON true;

  -- What only some batches need is read apart: a statement pays for every table that it names.
  IF moves_points THEN
    SELECT array_agg((SELECT b.balance FROM point_balance b
                       WHERE b.tenant_id = tenant AND b.user_id = e.user_id AND b.point_name_id = (k.c).price_point)
                     ORDER BY e.place),
           array_agg(CASE WHEN (k.c).bonus_point IS NOT NULL THEN EXISTS (
                       SELECT FROM point_balance b
                        WHERE b.tenant_id = tenant AND b.user_id = e.user_id AND b.point_name_id = (k.c).bonus_point) END
                     ORDER BY e.place)
      INTO balances, holds_bonus
      FROM unnest(coupon_places, users) WITH ORDINALITY AS e (coupon_place, user_id, place)
     CROSS JOIN LATERAL (SELECT coupons[e.coupon_place] AS c OFFSET 0) k;
  END IF;
  IF by_grant THEN
    grants := ARRAY(
      SELECT (SELECT ROW(g.available_at, g.revoked)::redeem_grant FROM user_grant g
               WHERE g.tenant_id = tenant AND g.coupon_id = coupon_ids[e.coupon_place] AND g.user_id = e.user_id)
        FROM unnest(coupon_places, users) WITH ORDINALITY AS e (coupon_place, user_id, place) ORDER BY e.place);
  END IF;
  IF methods IS NOT NULL THEN
    passes := ARRAY(
      SELECT (SELECT g FROM pass g
               WHERE g.tenant_id = tenant AND g.coupon_id = coupon_ids[e.coupon_place] AND g.user_id = e.user_id)
        FROM unnest(coupon_places, users) WITH ORDINALITY AS e (coupon_place, user_id, place) ORDER BY e.place);
  END IF;

  -- 3. Known keys, stale terms, personal checks; the survivors ranked by arrival; the cap last.
  SELECT array_agg(ROW(
           ranked.place, ranked.coupon_place,
           CASE WHEN ranked.nth > ranked.max - ranked.redeemed THEN 'sold_out' ELSE ranked.outcome END,
           ranked.uses, ranked.last_at, ranked.nth, ranked.answer)::redeem_verdict ORDER BY ranked.place),
         bool_or(ranked.outcome IN ('cooling_down', 'points_short', 'scanned_just_now'))
    INTO verdicts, tells_why
    FROM (
      SELECT judged.*,
             CASE WHEN judged.outcome = 'accepted' THEN
               row_number() OVER (PARTITION BY judged.coupon_place, judged.outcome = 'accepted' ORDER BY judged.place)
             END AS nth
        FROM (
          SELECT e.place::integer AS place, e.coupon_place, (k.c).max, (k.c).redeemed, coalesce(u.uses, 0) AS uses,
                 u.last_at, a.body AS answer,
                 CASE
                   WHEN a.fingerprint = e.fingerprint THEN 'known'
                   WHEN a.fingerprint IS NOT NULL THEN 'key_reused'
                   WHEN (k.c).coupon_id IS NULL THEN 'coupon_not_found'
                   WHEN NOT (k.c).is_known_version THEN 'stale'
                   ELSE coalesce(
                     means_refusal(k.c, k.method, partners[e.place]),
                     (k.c).standing,
                     person_refusal(k.c, f.following, (k.allowed).available_at, (k.allowed).revoked, k.method,
                                    steps[e.place], device_tags[e.place], k.pass, decided_at),
                     limits_refusal(k.c, coalesce(u.uses, 0), u.last_at, coalesce(balances[e.place], 0), decided_at),
                     'accepted')
                 END AS outcome
            FROM unnest(coupon_places, users, reservations, fingerprints)
                   WITH ORDINALITY AS e (coupon_place, user_id, reservation_id, fingerprint, place)
            -- OFFSET 0: looked up once, and not wherever it is spoken of.
            CROSS JOIN LATERAL (SELECT coupons[e.coupon_place] AS c, coalesce(methods[e.place], 'button') AS method,
                                       grants[e.place] AS allowed, passes[e.place] AS pass OFFSET 0) k
            LEFT JOIN LATERAL (SELECT s.fingerprint, s.body FROM stored_answer s
                                WHERE s.tenant_id = tenant AND s.reservation_id = e.reservation_id LIMIT 1) a ON true
            LEFT JOIN LATERAL (SELECT w.uses, w.last_at FROM coupon_usage w
                                WHERE w.tenant_id = tenant AND w.coupon_id = (k.c).coupon_id
                                  AND w.user_id = e.user_id LIMIT 1) u ON true
            LEFT JOIN LATERAL (SELECT g.following FROM follow g
                                WHERE g.tenant_id = tenant AND g.channel_id = (k.c).channel_id
                                  AND g.user_id = e.user_id LIMIT 1) f ON true
        ) judged
    ) ranked;
  IF tells_why THEN seen := what_was_seen(tenant, coupons, verdicts, users, balances, passes); END IF;
  IF takes_units THEN
    verdicts := share_units(tenant, coupons, verdicts, coupon_event_ids, correlations, heads, decided_text);
  END IF;

  -- 4. Effects, for the winners only, in one statement. A rival with the same key, who came by another coupon and is not
  --    seen yet, waits at the key or fails.
  WITH winner AS (
    SELECT v.place, v.coupon_place, v.uses, v.nth, k.c, users[v.place] AS user_id,
           redemption_ids[v.place] AS redemption_id, reservations[v.place] AS reservation_id,
           CASE WHEN (k.c).trigger_id IS NOT NULL THEN entry_ids[v.place * 7 - 2] END AS fulfilment_id
      FROM unnest(verdicts) v CROSS JOIN LATERAL (SELECT coupons[v.coupon_place] AS c OFFSET 0) k
     WHERE v.outcome = 'accepted'
     ORDER BY reservations[v.place]
  ), answered AS (
    INSERT INTO stored_answer (tenant_id, reservation_id, fingerprint, body, created_at)
      SELECT tenant, w.reservation_id, fingerprints[w.place],
             concat('{"redemptionId":"', w.redemption_id, '","userId":"', w.user_id, '","redeemedAt":"', decided_text,
                    '","userRedemptions":', w.uses + 1, ',"method":"', coalesce(methods[w.place], 'button'), '",',
                    in_answers[w.coupon_place], '}')::json,
             decided_at
        FROM winner w
  ), used AS (
    -- A clock that steps back shortens nobody's cooldown.
    INSERT INTO coupon_usage AS u (tenant_id, coupon_id, user_id, uses, last_at)
      SELECT tenant, (w.c).coupon_id, w.user_id, 1, decided_at FROM winner w
      ON CONFLICT (tenant_id, coupon_id, user_id) DO UPDATE
        SET uses = u.uses + 1, last_at = greatest(u.last_at, excluded.last_at)
  ), redeemed AS (
    INSERT INTO redemption (tenant_id, redemption_id, coupon_id, coupon_version, channel_id, user_id, redeemed_at,
                            reservation_id, method, partner_id, store_id, cashier_id, price_point, price_amount,
                            bonus_point, bonus_amount, units_resource, units, fulfilment_id, hops)
      SELECT tenant, w.redemption_id, (w.c).coupon_id, (w.c).version, (w.c).channel_id, w.user_id, decided_at,
             w.reservation_id, coalesce(methods[w.place], 'button'), (w.c).partner_id, stores[w.place],
             cashiers[w.place], (w.c).price_point, (w.c).price_amount, (w.c).bonus_point, (w.c).bonus_amount,
             (w.c).units_resource, (w.c).units, w.fulfilment_id, coalesce(hops[w.place], 0)
        FROM winner w
  )
  -- Each fact says how much was left after it.
  INSERT INTO outbox (shard, tenant_id, topic, head, facts)
      SELECT outbox_shard(w.redemption_id::text), tenant, 'redemption.redemption.v1',
             fact_head(heads[1], decided_text),
             string_agg(concat(
               '["', w.redemption_id, '",{"ce_id":"', event_ids[w.place], '","ce_subject":"redemption/',
               w.redemption_id, '","ce_correlationid":"', correlations[w.place],
               '","ce_traceparent":"' || traces[w.place], E'"}]\n{"redemptionId":"', w.redemption_id, '","userId":"',
               w.user_id, '","redeemedAt":"', decided_text, '","userRedemptions":', w.uses + 1, ',',
               in_facts[w.coupon_place], ',"method":"', coalesce(methods[w.place], 'button'),
               '","storeId":"' || stores[w.place], '","cashierId":"' || cashiers[w.place],
               '","fulfilmentId":"' || w.fulfilment_id, '","stock":',
               stock_json((w.c).redeemed + w.nth, (w.c).max, (w.c).rev + w.nth), '}'), E'\n')
        FROM winner w GROUP BY 1;

  IF FOUND THEN
    -- One by one: joined to the winners, the coupons may be taken for the shorter list, and all of the tenant's are walked.
    FOR sold IN SELECT v.coupon_place AS place, count(*) AS n FROM unnest(verdicts) v WHERE v.outcome = 'accepted' GROUP BY 1
    LOOP
      UPDATE coupon c
         SET redeemed = c.redeemed + sold.n, rev = c.rev + sold.n,
             finished = c.finished OR coalesce(c.redeemed + sold.n >= c.max, false)
       WHERE c.tenant_id = tenant AND c.coupon_id = coupon_ids[sold.place];
    END LOOP;
    IF may_exhaust THEN
      PERFORM tell_exhausted(tenant, coupons, verdicts, coupon_event_ids, event_ids, correlations, heads, decided_text);
    END IF;
    IF methods IS NOT NULL THEN
      -- Tested under the coupon's lock, which every scan takes; set on acceptance only.
      FOR scan IN SELECT v.place, v.coupon_place FROM unnest(verdicts) v
                   WHERE v.outcome = 'accepted' AND methods[v.place] = 'pass'
      LOOP
        UPDATE pass p SET last_step = steps[scan.place], accepted_at = decided_at
         WHERE p.tenant_id = tenant AND p.coupon_id = coupon_ids[scan.coupon_place] AND p.user_id = users[scan.place]
           AND p.last_step < steps[scan.place];
      END LOOP;
    END IF;
    IF owes_calls THEN
      PERFORM owe_calls(tenant, coupons, verdicts, users, redemption_ids, event_ids, entry_ids, correlations, heads,
                        decided_at, decided_text);
    END IF;
    IF moves_points THEN
      PERFORM move_points(tenant, coupons, verdicts, holds_bonus, users, redemption_ids, event_ids, entry_ids, hops,
                          correlations, heads, decided_at, decided_text);
    END IF;
    IF takes_units THEN
      PERFORM take_units(tenant, coupons, verdicts, redemption_ids, entry_ids, decided_at);
    END IF;
  END IF;

  RETURN concat(
    '{"now":"', decided_text, '","coupons":[',
    (SELECT string_agg(concat('["', c.coupon_id, '",', c.version, ',', c.redeemed, ',', coalesce(c.max::text, 'null'), ',',
                              CASE WHEN c.finished THEN 'true' ELSE 'false' END, ',', c.rev, ']'), ',')
       FROM unnest(coupon_ids) AS k (id)
      CROSS JOIN LATERAL (SELECT * FROM coupon x WHERE x.tenant_id = tenant AND x.coupon_id = k.id LIMIT 1) c),
    '],"entries":[',
    (SELECT string_agg(concat(
              '["', v.outcome, '",', v.uses + CASE WHEN v.outcome = 'accepted' THEN 1 ELSE 0 END, ',',
              coalesce(v.answer::text, 'null'), ',',
              coalesce(floor(extract(epoch FROM CASE WHEN v.outcome = 'accepted' THEN greatest(v.last_at, decided_at)
                                                     ELSE v.last_at END) * 1000)::bigint::text, 'null'), ',',
              coalesce(seen[v.place]::text, 'null'), ']'), ',' ORDER BY v.place)
       FROM unnest(verdicts) v),
    ']}')::json;
END
$$;
