-- The steps of redeem_batch that take add-on units from partners' accounts.

-- What an account holds while a batch is decided.
CREATE TYPE redeem_account AS (partner_id uuid, resource text, left_over bigint, told boolean);

-- The accounts that the coupons need, each once, locked in the order of (partner, resource); left_over is null of one that
-- does not exist. A row that was waited for is given as it is after the wait.
CREATE FUNCTION lock_accounts(tenant uuid, coupons redeem_coupon[])
RETURNS redeem_account[] LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  accounts redeem_account[];
BEGIN
  WITH needed AS (
    SELECT DISTINCT x.partner_id, x.units_resource AS resource FROM unnest(coupons) x WHERE x.units IS NOT NULL
  ), held AS MATERIALIZED (
    SELECT b.partner_id, b.resource, b.units, b.used_up_told
      FROM needed n JOIN addon_balance b
        ON b.tenant_id = tenant AND b.partner_id = n.partner_id AND b.resource = n.resource
     ORDER BY b.partner_id, b.resource FOR UPDATE OF b
  )
  SELECT array_agg(ROW(n.partner_id, n.resource, h.units, coalesce(h.used_up_told, false))::redeem_account
                   ORDER BY n.partner_id, n.resource)
    INTO accounts
    FROM needed n LEFT JOIN held h ON h.partner_id = n.partner_id AND h.resource = n.resource;
  RETURN accounts;
END
$$;

-- Decides who gets units, by rank: the different coupons of one partner share its account. The accounts are locked here:
-- after all locks but those of balances, which are taken as they are written. Gives the verdicts back, and tells an owner
-- once that an account no longer covers a coupon.
CREATE FUNCTION share_units(
  tenant uuid, coupons redeem_coupon[], verdicts redeem_verdict[], coupon_event_ids uuid[], correlations text[],
  heads text[], decided_text text
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
  accounts := lock_accounts(tenant, coupons);
  IF EXISTS (SELECT FROM unnest(accounts) a WHERE a.left_over IS NULL) THEN
    -- What does not exist cannot be locked, and units may come in while this is decided: an account of nothing first.
    INSERT INTO addon_balance (tenant_id, partner_id, resource, units, revision)
      SELECT tenant, a.partner_id, a.resource, 0, 0 FROM unnest(accounts) a
       WHERE a.left_over IS NULL AND a.partner_id IS NOT NULL
         AND EXISTS (SELECT FROM unnest(verdicts) x CROSS JOIN LATERAL (SELECT coupons[x.coupon_place] AS c OFFSET 0) k
                      WHERE x.outcome = 'accepted' AND (k.c).partner_id = a.partner_id
                        AND (k.c).units_resource = a.resource)
       ORDER BY 2, 3
      ON CONFLICT (tenant_id, partner_id, resource) DO NOTHING;
    accounts := lock_accounts(tenant, coupons);
  END IF;

  -- Enough for all who come that far: nothing to decide.
  IF NOT EXISTS (
    SELECT FROM unnest(accounts) a
     WHERE coalesce(a.left_over, 0) < (SELECT coalesce(sum((k.c).units), 0)
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
    ELSIF at IS NOT NULL AND coalesce(account.left_over, 0) < c.units THEN
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
                         heads, decided_text);
  END IF;
  RETURN verdicts;
END
$$;

-- The first refusal since units came in last; a purchase or a return lets the next one be told again.
CREATE FUNCTION tell_used_up(
  tenant uuid, coupons redeem_coupon[], verdicts redeem_verdict[], accounts redeem_account[], account_of integer[],
  told_of integer[], coupon_event_ids uuid[], correlations text[], heads text[], decided_text text
) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
DECLARE
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
    INSERT INTO outbox (shard, tenant_id, topic, head, facts)
      VALUES (outbox_shard(account.partner_id::text), tenant, 'redemption.addon.v1',
              fact_head(heads[6], decided_text),
              concat('["', account.partner_id, '",{"ce_id":"', event_id, '","ce_subject":"addon/', account.partner_id, '/',
                     account.resource, '","ce_correlationid":"', correlations[v.place], E'"}]\n{"partnerId":"',
                     account.partner_id, '","channelId":"', c.channel_id, '","couponId":"', c.coupon_id, '","wanted":',
                     units_json(c.units_resource, c.units), ',"left":', coalesce(account.left_over, 0),
                     ',"usedUpAt":"', decided_text, '"}'));
  END LOOP;
END
$$;

-- Takes the winners' units and writes the accounts' statement. entry_ids 7 of an entry: the statement's.
CREATE FUNCTION take_units(
  tenant uuid, coupons redeem_coupon[], verdicts redeem_verdict[], redemption_ids uuid[], entry_ids uuid[],
  decided_at timestamptz
) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  WITH taken AS (
    SELECT (k.c).partner_id, (k.c).units_resource AS resource, (k.c).units, v.place,
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
           redemption_ids[t.place], decided_at
      FROM taken t JOIN account a ON a.partner_id = t.partner_id AND a.resource = t.resource
     ORDER BY t.place;
END
$$;
