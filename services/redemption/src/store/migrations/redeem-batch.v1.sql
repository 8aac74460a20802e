-- One entry of a batch with what was decided on it.
CREATE TYPE redeem_verdict AS (
  place integer,
  coupon_id uuid,
  user_id uuid,
  reservation_id uuid,
  fingerprint uuid,
  redemption_id uuid,
  event_id uuid,
  correlation text,
  channel_id uuid,
  outcome text,      -- accepted | known | key_reused | stale | a refusal's code
  uses integer,      -- of this user, before
  nth bigint,        -- accepted: the how manieth of its coupon in this batch, from 1
  answer json        -- known: the stored answer
);

-- Decides a batch of one tenant and carries out what is accepted; one call is one transaction.
--
-- Arguments: one array per column. Per coupon: coupon_ids, the versions that the caller knows, an event id each, in case
-- it is exhausted. Per entry, in order of arrival: coupon_places (index into coupon_ids, from 1) and so on.
-- headers: {"redeemed": {...}, "exhausted": {...}}, the Kafka headers that all facts of a kind share.
-- At most one entry per user and coupon, and per reservation; else the batch fails (21000, 23505) and is cut up.
-- Output: {"now": RFC 3339, "coupons": [[id, version, redeemed, max, finished, rev]],
--          "entries": [[outcome, uses, answer]]} with the entries in the order given and `uses` as they are now.
CREATE FUNCTION redeem_batch(
  tenant uuid, redeems text,
  coupon_ids uuid[], versions integer[], exhausted_event_ids uuid[],
  coupon_places integer[], users uuid[], reservations uuid[], fingerprints uuid[],
  redemption_ids uuid[], event_ids uuid[], correlations text[],
  headers jsonb
) RETURNS json LANGUAGE plpgsql VOLATILE
-- Plans are made once per connection, maybe over empty tables: only indexes may be considered.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off SET enable_bitmapscan = off SET enable_material = off SET jit = off
AS $$
DECLARE
  decided_at timestamptz;
  decided_text text;
  verdicts redeem_verdict[];
BEGIN
  PERFORM set_config('octopus.tenant_id', tenant::text, true);

  -- 1. Locks first, as a statement of its own: what is read below is read after the wait. Every writer of a coupon's
  --    usage, redemptions and answers holds its coupon's row, so this one lock covers them.
  PERFORM FROM coupon c
    WHERE c.tenant_id = tenant AND c.coupon_id = ANY (coupon_ids)
    ORDER BY c.coupon_id FOR UPDATE;

  -- 2. The deciding clock, once.
  decided_at := date_trunc('milliseconds', octopus_now());
  decided_text := to_char(decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

  -- 3. Known keys, stale terms, personal checks; the survivors ranked by arrival; the cap last.
  SELECT array_agg(ROW(
      ranked.place, ranked.coupon_id, ranked.user_id, ranked.reservation_id, ranked.fingerprint,
      ranked.redemption_id, ranked.event_id, ranked.correlation, ranked.channel_id,
      CASE WHEN ranked.outcome = 'accepted' AND ranked.nth > ranked.max - ranked.redeemed
           THEN 'sold_out' ELSE ranked.outcome END,
      ranked.uses, ranked.nth, ranked.answer)::redeem_verdict ORDER BY ranked.place)
    INTO verdicts
    FROM (
      SELECT judged.*,
             row_number() OVER (PARTITION BY judged.coupon_id, judged.outcome = 'accepted'
                                ORDER BY judged.place) AS nth
        FROM (
          SELECT e.place::integer AS place, coupon_ids[e.coupon_place] AS coupon_id, e.user_id, e.reservation_id,
                 e.fingerprint, e.redemption_id, e.event_id, e.correlation,
                 c.channel_id, c.max, c.redeemed, coalesce(u.uses, 0) AS uses, a.body AS answer,
                 CASE
                   WHEN a.fingerprint = e.fingerprint THEN 'known'
                   WHEN a.fingerprint IS NOT NULL THEN 'key_reused'
                   WHEN c.coupon_id IS NULL THEN 'coupon_not_found'
                   WHEN c.version <> versions[e.coupon_place] THEN 'stale'
                   ELSE coalesce(
                     redemption_refusal(redeems, c.type, c.status, c.finished_reason, c.finished, c.start_at, c.end_at,
                                        c.per_user_cap, coalesce(f.following, false), coalesce(u.uses, 0), decided_at),
                     'accepted')
                 END AS outcome
            FROM unnest(coupon_places, users, reservations, fingerprints, redemption_ids, event_ids, correlations)
                   WITH ORDINALITY AS e (coupon_place, user_id, reservation_id, fingerprint, redemption_id, event_id,
                                         correlation, place)
            -- LIMIT makes each a look-up of its own by the whole key, whatever the planner believes of the tables' sizes.
            LEFT JOIN LATERAL (SELECT s.fingerprint, s.body FROM stored_answer s
                                WHERE s.tenant_id = tenant AND s.reservation_id = e.reservation_id LIMIT 1) a ON true
            LEFT JOIN LATERAL (SELECT k.* FROM coupon k
                                WHERE k.tenant_id = tenant AND k.coupon_id = coupon_ids[e.coupon_place] LIMIT 1) c ON true
            LEFT JOIN LATERAL (SELECT w.uses FROM coupon_usage w
                                WHERE w.tenant_id = tenant AND w.coupon_id = coupon_ids[e.coupon_place]
                                  AND w.user_id = e.user_id LIMIT 1) u ON true
            LEFT JOIN LATERAL (SELECT g.following FROM follow g
                                WHERE g.tenant_id = tenant AND g.channel_id = c.channel_id AND g.user_id = e.user_id
                                LIMIT 1) f ON true
        ) judged
    ) ranked;

  -- 4. Effects, for the winners only. Keys first and sorted: a rival with the same key waits here or fails.
  IF EXISTS (SELECT FROM unnest(verdicts) v WHERE v.outcome = 'accepted') THEN
    INSERT INTO stored_answer (tenant_id, reservation_id, fingerprint, body, created_at)
      SELECT tenant, v.reservation_id, v.fingerprint,
             json_build_object('redemptionId', v.redemption_id, 'couponId', v.coupon_id, 'userId', v.user_id,
                               'redeemedAt', decided_text, 'userRedemptions', v.uses + 1),
             decided_at
        FROM unnest(verdicts) v WHERE v.outcome = 'accepted' ORDER BY v.reservation_id;

    INSERT INTO coupon_usage AS u (tenant_id, coupon_id, user_id, uses, last_at)
      SELECT tenant, v.coupon_id, v.user_id, 1, decided_at
        FROM unnest(verdicts) v WHERE v.outcome = 'accepted' ORDER BY v.user_id, v.coupon_id
      ON CONFLICT (tenant_id, coupon_id, user_id) DO UPDATE SET uses = u.uses + 1, last_at = excluded.last_at;

    INSERT INTO redemption (tenant_id, redemption_id, coupon_id, coupon_version, channel_id, user_id, redeemed_at,
                            reservation_id)
      SELECT tenant, v.redemption_id, v.coupon_id, c.version, c.channel_id, v.user_id, decided_at, v.reservation_id
        FROM unnest(verdicts) v JOIN coupon c ON c.tenant_id = tenant AND c.coupon_id = v.coupon_id
       WHERE v.outcome = 'accepted';

    -- The facts, in order of arrival; each says how much was left after it.
    INSERT INTO outbox (shard, id, tenant_id, topic, key, headers, payload)
      SELECT outbox_shard(v.redemption_id::text), v.event_id, tenant, 'redemption.redemption.v1', v.redemption_id::text,
             headers->'redeemed' || jsonb_build_object(
               'ce_id', v.event_id, 'ce_time', decided_text, 'ce_subject', 'redemption/' || v.redemption_id,
               'ce_correlationid', v.correlation),
             jsonb_build_object(
               'redemptionId', v.redemption_id, 'couponId', v.coupon_id, 'couponVersion', c.version,
               'couponType', c.type, 'channelId', c.channel_id, 'userId', v.user_id, 'redeemedAt', decided_text,
               'userRedemptions', v.uses + 1,
               'stock', jsonb_build_object(
                 'redeemed', c.redeemed + v.nth, 'max', c.max,
                 'finished', coalesce(c.redeemed + v.nth >= c.max, false), 'revision', c.rev + v.nth))
        FROM unnest(verdicts) v JOIN coupon c ON c.tenant_id = tenant AND c.coupon_id = v.coupon_id
       WHERE v.outcome = 'accepted' ORDER BY v.place;

    INSERT INTO outbox (shard, id, tenant_id, topic, key, headers, payload)
      SELECT outbox_shard(v.coupon_id::text), exhausted_event_ids[array_position(coupon_ids, v.coupon_id)], tenant,
             'redemption.coupon-exhausted.v1', v.coupon_id::text,
             headers->'exhausted' || jsonb_build_object(
               'ce_id', exhausted_event_ids[array_position(coupon_ids, v.coupon_id)], 'ce_time', decided_text,
               'ce_subject', 'coupon/' || v.coupon_id, 'ce_correlationid', v.correlation,
               'ce_causationid', v.event_id),
             jsonb_build_object(
               'couponId', v.coupon_id, 'exhaustedAt', decided_text,
               'stock', jsonb_build_object('redeemed', c.max, 'max', c.max, 'finished', true, 'revision', c.rev + v.nth))
        FROM unnest(verdicts) v JOIN coupon c ON c.tenant_id = tenant AND c.coupon_id = v.coupon_id
       WHERE v.outcome = 'accepted' AND c.redeemed + v.nth = c.max;

    UPDATE coupon c
       SET redeemed = c.redeemed + won.n, rev = c.rev + won.n,
           finished = c.finished OR coalesce(c.redeemed + won.n >= c.max, false)
      FROM (SELECT v.coupon_id, count(*) AS n FROM unnest(verdicts) v WHERE v.outcome = 'accepted'
             GROUP BY v.coupon_id) won
     WHERE c.tenant_id = tenant AND c.coupon_id = won.coupon_id;
  END IF;

  RETURN json_build_object(
    'now', decided_text,
    'coupons', (SELECT coalesce(json_agg(json_build_array(c.coupon_id, c.version, c.redeemed, c.max, c.finished, c.rev)),
                                '[]')
                  FROM coupon c WHERE c.tenant_id = tenant AND c.coupon_id = ANY (coupon_ids)),
    'entries', (SELECT json_agg(json_build_array(
                         v.outcome, v.uses + CASE WHEN v.outcome = 'accepted' THEN 1 ELSE 0 END, v.answer)
                       ORDER BY v.place)
                  FROM unnest(verdicts) v));
END
$$;
