-- The first snapshot of any coupon: attempts may wait for it, and those of one that is not automatic are to go. Later
-- ones of automatic coupons, while they are not disabled; and, disabled or not, where the time limit changed, whoever
-- cools down, where the zone changed, whoever waits for a window, and where the cap per user was raised, whoever had reached it.
CREATE OR REPLACE FUNCTION wake_by_coupon() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' OR NEW.status <> 'disabled' THEN
    INSERT INTO auto_wake (tenant_id, cause) VALUES (NEW.tenant_id, 'coupon/' || NEW.coupon_id);
  END IF;
  IF TG_OP = 'INSERT' THEN RETURN NULL; END IF;
  IF OLD.time_zone IS DISTINCT FROM NEW.time_zone THEN
    INSERT INTO auto_wake (tenant_id, cause) VALUES (NEW.tenant_id, 'window/' || NEW.coupon_id);
  END IF;
  IF OLD.time_limit_seconds IS DISTINCT FROM NEW.time_limit_seconds OR OLD.time_zone IS DISTINCT FROM NEW.time_zone THEN
    INSERT INTO auto_wake (tenant_id, cause) VALUES (NEW.tenant_id, 'cooldown/' || NEW.coupon_id);
  END IF;
  IF OLD.per_user_cap < NEW.per_user_cap OR (OLD.per_user_cap IS NOT NULL AND NEW.per_user_cap IS NULL) THEN
    INSERT INTO auto_wake (tenant_id, cause) VALUES (NEW.tenant_id, 'cap/' || NEW.coupon_id);
  END IF;
  RETURN NULL;
END
$$;
