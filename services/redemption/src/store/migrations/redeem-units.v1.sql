-- The steps of redeem_batch that take add-on units from partners' accounts.

-- What an account holds while a batch is decided.
CREATE TYPE redeem_account AS (partner_id uuid, resource text, left_over bigint, told boolean);

-- Decides who gets units, by rank: the different coupons of one partner share its account. The accounts are locked here,
-- last of all locks. Gives the verdicts back, and tells an owner once that an account no longer covers a coupon.
CREATE FUNCTION share_units(
  tenant uuid, coupons redeem_coupon[], verdicts redeem_verdict[], coupon_event_ids uuid[], correlations text[],
  headers json, decided_text text
) RETURNS redeem_verdict[] LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  accounts redeem_account[];
  account_of integer[];    -- by coupon: index into accounts, null = needs none
  sold bigint[];           -- by coupon: redemptions so far in this batch
  told_of integer[] := '{}'; -- places of entries with which an account was found wanting
  v redeem_verdict;
  c redeem_coupon;
  account redeem_account;
  at integer;
BEGIN
  -- What does not exist cannot be locked, and units may come in while this is decided: an account of nothing first.
  INSERT INTO addon_balance (tenant_id, partner_id, resource, units, revision)
    SELECT DISTINCT tenant, (k.c).partner_id, (k.c).units_resource, 0, 0
      FROM unnest(verdicts) x CROSS JOIN LATERAL (SELECT coupons[x.coupon_place] AS c OFFSET 0) k
     WHERE x.outcome = 'accepted' AND (k.c).units IS NOT NULL AND (k.c).partner_id IS NOT NULL
       AND NOT EXISTS (SELECT FROM addon_balance b
                        WHERE b.tenant_id = tenant AND b.partner_id = (k.c).partner_id
                          AND b.resource = (k.c).units_resource)
     ORDER BY 2, 3
    ON CONFLICT (tenant_id, partner_id, resource) DO NOTHING;
  PERFORM FROM (SELECT DISTINCT x.partner_id, x.units_resource FROM unnest(coupons) x WHERE x.units IS NOT NULL) k
    JOIN addon_balance b ON b.tenant_id = tenant AND b.partner_id = k.partner_id AND b.resource = k.units_resource
    ORDER BY b.partner_id, b.resource FOR UPDATE OF b;
  SELECT array_agg(ROW(k.partner_id, k.units_resource, coalesce(b.units, 0), coalesce(b.used_up_told, false))::redeem_account
                   ORDER BY k.partner_id, k.units_resource)
    INTO accounts
    FROM (SELECT DISTINCT x.partner_id, x.units_resource FROM unnest(coupons) x WHERE x.units IS NOT NULL) k
    LEFT JOIN LATERAL (SELECT * FROM addon_balance x
                        WHERE x.tenant_id = tenant AND x.partner_id = k.partner_id AND x.resource = k.units_resource
                        LIMIT 1) b ON true;

  -- Enough for all who come that far: nothing to decide.
  IF NOT EXISTS (
    SELECT FROM unnest(accounts) a
     WHERE a.left_over < (SELECT coalesce(sum((k.c).units), 0)
                            FROM unnest(verdicts) x
                            CROSS JOIN LATERAL (SELECT coupons[x.coupon_place] AS c OFFSET 0) k
                           WHERE x.outcome = 'accepted' AND (k.c).partner_id IS NOT DISTINCT FROM a.partner_id
                             AND (k.c).units_resource = a.resource)
  ) THEN RETURN verdicts; END IF;

  SELECT array_agg((SELECT a.ordinality FROM unnest(accounts) WITH ORDINALITY a
                     WHERE k.units IS NOT NULL AND a.partner_id IS NOT DISTINCT FROM k.partner_id
                       AND a.resource = k.units_resource) ORDER BY k.ordinality),
         array_agg(0::bigint ORDER BY k.ordinality)
    INTO account_of, sold
    FROM unnest(coupons) WITH ORDINALITY k;

  -- One after the other, as they came: whoever is refused for the account uses up nothing of the cap.
  FOR i IN 1 .. cardinality(verdicts) LOOP
    v := verdicts[i];
    CONTINUE WHEN v.nth IS NULL;
    c := coupons[v.coupon_place];
    at := account_of[v.coupon_place];
    IF at IS NOT NULL THEN account := accounts[at]; END IF;
    IF sold[v.coupon_place] >= c.max - c.redeemed THEN
      v.outcome := 'sold_out';
    ELSIF at IS NOT NULL AND account.left_over < c.units THEN
      v.outcome := 'partner_balance_exhausted';
      IF NOT account.told AND account.partner_id IS NOT NULL THEN
        account.told := true;
        told_of := told_of || i;
      END IF;
    ELSE
      v.outcome := 'accepted';
      sold[v.coupon_place] := sold[v.coupon_place] + 1;
      v.nth := sold[v.coupon_place];
      IF at IS NOT NULL THEN account.left_over := account.left_over - c.units; END IF;
    END IF;
    IF at IS NOT NULL THEN accounts[at] := account; END IF;
    verdicts[i] := v;
  END LOOP;

  IF cardinality(told_of) > 0 THEN
    PERFORM tell_used_up(tenant, coupons, verdicts, accounts, account_of, told_of, coupon_event_ids, correlations,
                         headers, decided_text);
  END IF;
  RETURN verdicts;
END
$$;

-- The first refusal since units came in last; a purchase or a return lets the next one be told again.
CREATE FUNCTION tell_used_up(
  tenant uuid, coupons redeem_coupon[], verdicts redeem_verdict[], accounts redeem_account[], account_of integer[],
  told_of integer[], coupon_event_ids uuid[], correlations text[], headers json, decided_text text
) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  head text := fact_head(headers, 'used_up', decided_text);
  v redeem_verdict;
  c redeem_coupon;
  account redeem_account;
  event_id uuid;
BEGIN
  FOR i IN 1 .. cardinality(told_of) LOOP
    v := verdicts[told_of[i]];
    c := coupons[v.coupon_place];
    account := accounts[account_of[v.coupon_place]];
    event_id := coupon_event_ids[v.coupon_place * 2];
    UPDATE addon_balance b SET used_up_told = true
     WHERE b.tenant_id = tenant AND b.partner_id = account.partner_id AND b.resource = account.resource;
    INSERT INTO outbox (shard, id, tenant_id, topic, key, headers, payload)
      VALUES (outbox_shard(account.partner_id::text), event_id, tenant, 'redemption.addon.v1', account.partner_id::text,
              (head || event_id || '","ce_subject":"addon/' || account.partner_id || '/' || account.resource
                || '","ce_correlationid":' || to_json(correlations[v.place]) || '}')::json,
              ('{"partnerId":"' || account.partner_id || '","channelId":"' || c.channel_id
                || '","couponId":"' || c.coupon_id || '","wanted":' || units_json(c.units_resource, c.units)
                || ',"left":' || account.left_over || ',"usedUpAt":"' || decided_text || '"}')::json);
  END LOOP;
END
$$;

-- Takes the winners' units and writes the accounts' statement. entry_ids 7 of an entry: the statement's.
CREATE FUNCTION take_units(
  tenant uuid, coupons redeem_coupon[], verdicts redeem_verdict[], entry_ids uuid[], decided_at timestamptz
) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  WITH taken AS (
    SELECT (k.c).partner_id, (k.c).units_resource AS resource, (k.c).units, v.place, v.redemption_id,
           -- What the winners behind this one in the batch will take from the same account.
           sum((k.c).units) OVER (PARTITION BY (k.c).partner_id, (k.c).units_resource ORDER BY v.place DESC)
             - (k.c).units AS taken_after
      FROM unnest(verdicts) v CROSS JOIN LATERAL (SELECT coupons[v.coupon_place] AS c OFFSET 0) k
     WHERE v.outcome = 'accepted' AND (k.c).units IS NOT NULL
  ), account AS (
    UPDATE addon_balance b SET units = b.units - t.units, revision = b.revision + t.entries
      FROM (SELECT x.partner_id, x.resource, sum(x.units) AS units, count(*) AS entries FROM taken x
             GROUP BY x.partner_id, x.resource) t
     WHERE b.tenant_id = tenant AND b.partner_id = t.partner_id AND b.resource = t.resource
    RETURNING b.partner_id, b.resource, b.units
  )
  INSERT INTO addon_entry (tenant_id, partner_id, entry_id, resource, amount, units, cause, subject_id, booked_at)
    SELECT tenant, t.partner_id, entry_ids[t.place * 7], t.resource, -t.units, a.units + t.taken_after, 'redeemed',
           t.redemption_id, decided_at
      FROM taken t JOIN account a ON a.partner_id = t.partner_id AND a.resource = t.resource
     ORDER BY t.place;
END
$$;
