-- The steps of redeem_batch that move points.

-- Locks what the batch may debit or credit, in the order of users and point names; a statement of its own, before the
-- balances are read. A balance that does not exist yet cannot be locked. Should it come before the read and two batches
-- take from it, CHECK points_never_negative stops the second, which is run again and then locks it (run-batch.ts).
CREATE FUNCTION lock_points(tenant uuid, coupons redeem_coupon[], coupon_places integer[], users uuid[])
RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM FROM (
      SELECT DISTINCT e.user_id, points.point
        FROM unnest(coupon_places, users) AS e (coupon_place, user_id)
        CROSS JOIN LATERAL (SELECT coupons[e.coupon_place] AS c OFFSET 0) k
        CROSS JOIN LATERAL (VALUES ((k.c).price_point), ((k.c).bonus_point)) AS points (point)
       WHERE points.point IS NOT NULL
    ) touched
    JOIN point_balance b ON b.tenant_id = tenant AND b.user_id = touched.user_id AND b.point_name_id = touched.point
    ORDER BY b.user_id, b.point_name_id FOR UPDATE OF b;
END
$$;

-- Takes the winners' prices and gives their bonuses: balances, the ledger and its facts. A price and a bonus of one point
-- name are two entries of one balance, the price first. entry_ids 1 to 4 of an entry: debit and its event, credit and its
-- event.
CREATE FUNCTION move_points(
  tenant uuid, coupons redeem_coupon[], verdicts redeem_verdict[], entry_ids uuid[], hops integer[],
  correlations text[], headers json, decided_at timestamptz, decided_text text
) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  debited text := fact_head(headers, 'debited', decided_text);
  credited text := fact_head(headers, 'credited', decided_text);
  bookings redeem_booking[];
BEGIN
  SELECT array_agg(ROW(v.place, v.user_id, b.point, b.programme, b.amount, b.entry_id, b.event_id, b.kind,
                       -- Of the same user and point name, what the balance still changes by after this entry.
                       CASE WHEN b.kind = 'price' AND (k.c).bonus_point = b.point THEN (k.c).bonus_amount ELSE 0 END,
                       CASE WHEN b.kind = 'price' AND (k.c).bonus_point = b.point THEN 1 ELSE 0 END,
                       v.redemption_id, v.coupon_id, v.event_id)::redeem_booking
                   ORDER BY v.user_id, b.point, b.kind DESC)
    INTO bookings
    FROM unnest(verdicts) v
    CROSS JOIN LATERAL (SELECT coupons[v.coupon_place] AS c OFFSET 0) k
    CROSS JOIN LATERAL (VALUES
      ((k.c).price_point, (k.c).price_programme, -(k.c).price_amount, entry_ids[v.place * 7 - 6],
       entry_ids[v.place * 7 - 5], 'price'),
      ((k.c).bonus_point, (k.c).bonus_programme, (k.c).bonus_amount, entry_ids[v.place * 7 - 4],
       entry_ids[v.place * 7 - 3], 'bonus')) AS b (point, programme, amount, entry_id, event_id, kind)
   WHERE v.outcome = 'accepted' AND b.point IS NOT NULL;
  IF bookings IS NULL THEN RETURN; END IF;
  -- Two redemptions by one user would be decided on the same balance: the caller keeps them in batches of their own.
  IF (SELECT count(*) > count(DISTINCT (b.user_id, b.kind)) FROM unnest(bookings) b) THEN
    RAISE EXCEPTION 'two entries of one user move points in one batch' USING ERRCODE = '21000';
  END IF;

  -- Whatever is debited exists. What is only credited may not; a row of nothing first, and one way for all after it.
  INSERT INTO point_balance (tenant_id, user_id, point_name_id, balance, revision)
    SELECT tenant, b.user_id, b.point, 0, 0 FROM unnest(bookings) b WHERE b.kind = 'bonus'
     ORDER BY b.user_id, b.point
    ON CONFLICT (tenant_id, user_id, point_name_id) DO NOTHING;
  UPDATE point_balance p SET balance = p.balance + d.change, revision = p.revision + d.entries
    FROM (SELECT b.user_id, b.point, sum(b.amount) AS change, count(*) AS entries FROM unnest(bookings) b
           GROUP BY b.user_id, b.point ORDER BY b.user_id, b.point) d
   WHERE p.tenant_id = tenant AND p.user_id = d.user_id AND p.point_name_id = d.point;

  WITH entry AS (
    SELECT b.*, p.balance - b.change_after AS balance, p.revision - b.entries_after AS revision,
           '{"kind":"' || b.kind || '","redemptionId":"' || b.redemption_id || '","couponId":"' || b.coupon_id || '"}'
             AS cause,
           coalesce(hops[b.place], 0) AS hops
      FROM unnest(bookings) b
      JOIN LATERAL (SELECT x.balance, x.revision FROM point_balance x
                     WHERE x.tenant_id = tenant AND x.user_id = b.user_id AND x.point_name_id = b.point
                     LIMIT 1) p ON true
  ), booked AS (
    INSERT INTO point_entry (tenant_id, user_id, entry_id, point_name_id, amount, balance, revision, cause, hops,
                             booked_at)
      SELECT tenant, e.user_id, e.entry_id, e.point, e.amount, e.balance, e.revision, e.cause::jsonb, e.hops, decided_at
        FROM entry e
  )
  INSERT INTO outbox (shard, id, tenant_id, topic, key, headers, payload)
    SELECT outbox_shard(e.user_id || '/' || e.point), e.points_event_id, tenant, 'redemption.points.v1',
           e.user_id || '/' || e.point,
           (CASE WHEN e.amount < 0 THEN debited ELSE credited END || e.points_event_id
             || '","ce_subject":"points/' || e.user_id || '/' || e.point || '","ce_revision":"' || e.revision
             || '","ce_correlationid":' || to_json(correlations[e.place])
             || ',"ce_causationid":"' || e.cause_event_id || '"}')::json,
           ('{"entryId":"' || e.entry_id || '","userId":"' || e.user_id || '","pointNameId":"' || e.point
             || '","programmeId":' || coalesce('"' || e.programme || '"', 'null')
             || ',"amount":"' || abs(e.amount) || '","balance":"' || e.balance
             || '","balanceRevision":' || e.revision || ',"hops":' || e.hops
             || ',"bookedAt":"' || decided_text || '","cause":' || e.cause || '}')::json
      FROM entry e ORDER BY e.user_id, e.point, e.revision;
END
$$;
