-- What lets automatic attempts go on that were refused: each fact that may clear a cause notes it in auto_wake, in its
-- own transaction and whoever writes it. A worker then wakes the attempts in chunks (store/auto-wake.store.ts); so a
-- channel with 50,000 of them costs its transaction one row. The names of causes are domain/auto-cause.ts'.
--
-- A note is seen only after its commit. Who blocks an attempt looks once more after the commit of that; one of the two
-- comes later and sees the other. Hence notes are written whether or not anything is blocked now.

-- Points that were credited, where some automatic coupon costs them. Not a trigger but called by whoever credits: one on
-- the ledger would hand every statement's rows over, also of the many whom nobody waits for.
CREATE FUNCTION wake_by_points(tenant uuid, owner_id uuid, point uuid) RETURNS void LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  INSERT INTO auto_wake (tenant_id, cause)
    SELECT tenant, concat('points/', owner_id, '/', point)
     WHERE EXISTS (SELECT FROM coupon c WHERE c.tenant_id = tenant AND c.price_point = point AND c.type = 'auto');
END
$$;

-- Units that came in: a purchase, or a return.
CREATE FUNCTION wake_by_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO auto_wake (tenant_id, cause) VALUES (NEW.tenant_id, 'addon/' || NEW.partner_id || '/' || NEW.resource);
  RETURN NULL;
END
$$;
CREATE TRIGGER wake_attempts_of_new AFTER INSERT ON addon_balance
  FOR EACH ROW WHEN (NEW.units > 0) EXECUTE FUNCTION wake_by_units();
CREATE TRIGGER wake_attempts AFTER UPDATE ON addon_balance
  FOR EACH ROW WHEN (NEW.units > OLD.units) EXECUTE FUNCTION wake_by_units();

-- The first snapshot of any coupon: attempts may wait for it, and those of one that is not automatic are to go. Later
-- ones of automatic coupons, while they are not disabled; and, disabled or not, where the time limit changed, whoever
-- cools down, and where the cap per user was raised, whoever had reached it.
CREATE FUNCTION wake_by_coupon() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' OR NEW.status <> 'disabled' THEN
    INSERT INTO auto_wake (tenant_id, cause) VALUES (NEW.tenant_id, 'coupon/' || NEW.coupon_id);
  END IF;
  IF TG_OP = 'INSERT' THEN RETURN NULL; END IF;
  IF OLD.time_limit_seconds IS DISTINCT FROM NEW.time_limit_seconds THEN
    INSERT INTO auto_wake (tenant_id, cause) VALUES (NEW.tenant_id, 'cooldown/' || NEW.coupon_id);
  END IF;
  IF OLD.per_user_cap < NEW.per_user_cap OR (OLD.per_user_cap IS NOT NULL AND NEW.per_user_cap IS NULL) THEN
    INSERT INTO auto_wake (tenant_id, cause) VALUES (NEW.tenant_id, 'cap/' || NEW.coupon_id);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER wake_attempts_of_new AFTER INSERT ON coupon
  FOR EACH ROW EXECUTE FUNCTION wake_by_coupon();
CREATE TRIGGER wake_attempts AFTER UPDATE ON coupon
  FOR EACH ROW WHEN (NEW.version > OLD.version AND NEW.type = 'auto')
  EXECUTE FUNCTION wake_by_coupon();

-- A channel that became active, an account that is no longer suspended.
CREATE FUNCTION wake_by_publisher() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO auto_wake (tenant_id, cause)
    VALUES (NEW.tenant_id, TG_ARGV[0] || '/' || (to_jsonb(NEW) ->> (TG_ARGV[0] || '_id')));
  RETURN NULL;
END
$$;
CREATE TRIGGER wake_attempts AFTER UPDATE ON channel
  FOR EACH ROW WHEN (NEW.active AND NOT OLD.active) EXECUTE FUNCTION wake_by_publisher('channel');
CREATE TRIGGER wake_attempts AFTER UPDATE ON partner
  FOR EACH ROW WHEN (NEW.active AND NOT OLD.active) EXECUTE FUNCTION wake_by_publisher('partner');

-- Grants that came back to life.
CREATE FUNCTION wake_by_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM coupon c
              WHERE c.tenant_id = NEW.tenant_id AND c.coupon_id = NEW.coupon_id AND c.type <> 'auto') THEN
    RETURN NULL;
  END IF;
  INSERT INTO auto_wake (tenant_id, cause)
    VALUES (NEW.tenant_id, 'grant/' || NEW.coupon_id || '/' || NEW.user_id);
  RETURN NULL;
END
$$;
CREATE TRIGGER wake_attempts AFTER UPDATE ON user_grant
  FOR EACH ROW WHEN (OLD.revoked AND NOT NEW.revoked) EXECUTE FUNCTION wake_by_grant();
