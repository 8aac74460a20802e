-- The step of redeem_batch that moves points.

-- Takes the winners' prices and gives their bonuses: balances, the ledger and its facts, in one statement, as starting one
-- costs as much as several rows. A price and a bonus of one point name are two entries of one balance, the price first.
-- entry_ids 1 to 4 of an entry: debit and its event, credit and its event.
--
-- holds_bonus: by place, whether there is a balance to which the bonus goes, as read by the caller without a lock. What
-- another writer has spent since is caught by CHECK points_never_negative, of the balance and of each entry (a bonus of
-- the same point name would make up for a price that nobody could pay): the batch is run again (run-batch.ts). Rows are
-- written in the order of (user, point), as by every writer.
CREATE FUNCTION move_points(
  tenant uuid, coupons redeem_coupon[], verdicts redeem_verdict[], holds_bonus boolean[], users uuid[],
  redemption_ids uuid[], event_ids uuid[], entry_ids uuid[], hops integer[], correlations text[], heads text[],
  decided_at timestamptz, decided_text text
) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  programmes uuid[]; -- two per coupon: the price's, the bonus's
  all_moved boolean;
BEGIN
  programmes := ARRAY(
    SELECT (SELECT n.programme_id FROM point_name n WHERE n.tenant_id = tenant AND n.point_name_id = one.point)
      FROM unnest(coupons) WITH ORDINALITY AS c
     CROSS JOIN LATERAL (VALUES (1, c.price_point), (2, c.bonus_point)) AS one (half, point)
     ORDER BY c.ordinality, one.half);

  -- What is debited exists. What is only credited may not: a row of nothing first, and one way for all after it.
  IF false = ANY (holds_bonus) THEN
    INSERT INTO point_balance (tenant_id, user_id, point_name_id, balance, revision)
      SELECT tenant, users[v.place], (k.c).bonus_point, 0, 0
        FROM unnest(verdicts) v CROSS JOIN LATERAL (SELECT coupons[v.coupon_place] AS c OFFSET 0) k
       WHERE v.outcome = 'accepted' AND NOT holds_bonus[v.place]
       ORDER BY 2, 3
      ON CONFLICT (tenant_id, user_id, point_name_id) DO NOTHING;
  END IF;

  WITH change AS (
    SELECT v.place, v.coupon_place, users[v.place] AS user_id, (k.c).coupon_id, one.point, one.price, one.bonus
      FROM unnest(verdicts) v
      CROSS JOIN LATERAL (SELECT coupons[v.coupon_place] AS c OFFSET 0) k
      CROSS JOIN LATERAL (VALUES
        ((k.c).price_point, (k.c).price_amount,
         CASE WHEN (k.c).bonus_point = (k.c).price_point THEN (k.c).bonus_amount END),
        (CASE WHEN (k.c).bonus_point IS DISTINCT FROM (k.c).price_point THEN (k.c).bonus_point END, NULL,
         (k.c).bonus_amount)) AS one (point, price, bonus)
     WHERE v.outcome = 'accepted' AND one.point IS NOT NULL
     ORDER BY users[v.place], one.point
  ), balance AS (
    UPDATE point_balance p
       SET balance = p.balance - coalesce(c.price, 0) + coalesce(c.bonus, 0),
           revision = p.revision + num_nonnulls(c.price, c.bonus)
      FROM change c
     WHERE p.tenant_id = tenant AND p.user_id = c.user_id AND p.point_name_id = c.point
    RETURNING c.place, c.coupon_place, c.user_id, c.coupon_id, c.point, c.price, c.bonus, p.balance, p.revision
  ), entry AS (
    SELECT b.place, b.user_id, b.point, programmes[b.coupon_place * 2 - one.is_price::integer] AS programme, one.amount,
           one.balance, one.revision, one.is_price, coalesce(hops[b.place], 0) AS hops,
           entry_ids[b.place * 7 - one.first_id] AS entry_id, entry_ids[b.place * 7 - one.first_id + 1] AS entry_event_id,
           concat('{"kind":"', CASE WHEN one.is_price THEN 'price' ELSE 'bonus' END, '","redemptionId":"',
                  redemption_ids[b.place], '","couponId":"', b.coupon_id, '"}') AS cause
      FROM balance b
      CROSS JOIN LATERAL (VALUES
        (true, -b.price, b.balance - coalesce(b.bonus, 0), b.revision - num_nonnulls(b.bonus), 6),
        (false, b.bonus, b.balance, b.revision, 4)) AS one (is_price, amount, balance, revision, first_id)
     WHERE one.amount IS NOT NULL
  ), booked AS (
    INSERT INTO point_entry (tenant_id, user_id, entry_id, point_name_id, amount, balance, revision, cause, hops,
                             booked_at)
      SELECT tenant, e.user_id, e.entry_id, e.point, e.amount, e.balance, e.revision, e.cause::json, e.hops, decided_at
        FROM entry e
  ), told AS (
    INSERT INTO outbox (shard, tenant_id, topic, head, facts)
      SELECT outbox_shard(concat(e.user_id, '/', e.point)), tenant, 'redemption.points.v1',
             fact_head(heads[CASE WHEN e.is_price THEN 3 ELSE 4 END], decided_text),
             string_agg(concat(
               '["', e.user_id, '/', e.point, '",{"ce_id":"', e.entry_event_id, '","ce_subject":"points/', e.user_id, '/',
               e.point, '","ce_revision":"', e.revision, '","ce_correlationid":"', correlations[e.place],
               '","ce_causationid":"', event_ids[e.place], E'"}]\n{"entryId":"', e.entry_id, '","userId":"', e.user_id,
               '","pointNameId":"', e.point, '","programmeId":',
               CASE WHEN e.programme IS NULL THEN 'null' ELSE concat('"', e.programme, '"') END,
               ',"amount":"', abs(e.amount), '","balance":"', e.balance, '","balanceRevision":', e.revision,
               ',"hops":', e.hops, ',"bookedAt":"', decided_text, '","cause":', e.cause, '}'), E'\n')
        FROM entry e
       -- Of one key the price is told before the bonus: bundles of a shard leave in the order in which they were written.
       GROUP BY 1, e.is_price ORDER BY e.is_price DESC
  )
  SELECT (SELECT count(*) FROM balance) = (SELECT count(*) FROM change) INTO all_moved;
  -- Two redemptions by one user would be decided on the same balance: the caller keeps them in batches of their own.
  IF NOT all_moved THEN
    RAISE EXCEPTION 'two entries of one user move the same points in one batch' USING ERRCODE = '21000';
  END IF;

  -- Automatic coupons may have waited for these points (wake-attempts.v1.sql).
  IF EXISTS (SELECT FROM unnest(coupons) c
              WHERE EXISTS (SELECT FROM coupon x
                             WHERE x.tenant_id = tenant AND x.price_point = c.bonus_point AND x.type = 'auto')) THEN
    PERFORM wake_by_points(tenant, users[v.place], (k.c).bonus_point)
      FROM unnest(verdicts) v CROSS JOIN LATERAL (SELECT coupons[v.coupon_place] AS c OFFSET 0) k
     WHERE v.outcome = 'accepted' AND (k.c).bonus_point IS NOT NULL;
  END IF;
END
$$;
