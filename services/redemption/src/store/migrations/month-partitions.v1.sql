-- Months of the tables that grow for ever. The service's role may not create tables: it calls these functions of the
-- tables' owner, which can do just this.

-- The tables, the instant by which each is cut, and up to when rows lie in the partition before the months.
CREATE FUNCTION month_tables() RETURNS TABLE (name text, at text, before timestamptz) LANGUAGE sql STABLE
SET search_path = public, pg_temp
AS $$
  SELECT t.name, t.at,
         (regexp_match(pg_get_expr(p.relpartbound, p.oid), 'TO \(''([^'']+)''\)'))[1]::timestamptz
    FROM (VALUES ('redemption', 'redeemed_at'), ('point_entry', 'booked_at'), ('addon_entry', 'booked_at')) AS t (name, at)
    JOIN pg_class p ON p.oid = to_regclass('public.' || t.name || '_before')
$$;

-- Months are UTC's. months_on: 0 = this month.
CREATE FUNCTION month_start(months_on integer) RETURNS timestamptz LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT (date_trunc('month', clock_timestamp() AT TIME ZONE 'UTC') + make_interval(months => months_on)) AT TIME ZONE 'UTC'
$$;

CREATE FUNCTION month_partition(name text, start timestamptz) RETURNS text LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT name || to_char(start AT TIME ZONE 'UTC', '_YYYY_MM')
$$;

-- Adds the first partition that is missing among this month's and so many months' ahead, and returns its name; null = none
-- is missing, or somebody else is at it. One per transaction: attaching it holds up whoever uses the default partition.
-- Rows of the month that lie there, as the partition came late, move along; too many for one short lock stay, and are
-- told by month_partition_state() until an operator moves them.
CREATE FUNCTION add_month_partition(months integer) RETURNS text LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET lock_timeout = '500ms'
AS $$
DECLARE
  most_moved CONSTANT integer := 100000;
  t record;
  part text;
  low timestamptz;
  high timestamptz;
  strays integer;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtext('octopus month partitions')) THEN RETURN NULL; END IF;
  FOR t IN SELECT * FROM month_tables() LOOP
    FOR m IN 0..months LOOP
      low := month_start(m);
      high := month_start(m + 1);
      part := month_partition(t.name, low);
      CONTINUE WHEN low < t.before OR to_regclass('public.' || part) IS NOT NULL;
      EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', t.name || '_default');
      EXECUTE format('SELECT count(*) FROM (SELECT FROM ONLY %I WHERE %I >= $1 AND %2$I < $2 LIMIT $3) s',
                     t.name || '_default', t.at) INTO strays USING low, high, most_moved + 1;
      CONTINUE WHEN strays > most_moved;
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, t.name);
      IF strays > 0 THEN
        EXECUTE format('WITH moved AS (DELETE FROM ONLY %I WHERE %I >= $1 AND %2$I < $2 RETURNING *)
                        INSERT INTO %3$I SELECT * FROM moved', t.name || '_default', t.at, part) USING low, high;
      END IF;
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', t.name, part, low, high);
      RETURN part;
    END LOOP;
  END LOOP;
  RETURN NULL;
END
$$;

-- Per table: rows in the default partition, counted up to 1,000, and how many months ahead of this one have a partition.
CREATE FUNCTION month_partition_state() RETURNS TABLE (name text, strays integer, months_ahead integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  t record;
BEGIN
  FOR t IN SELECT * FROM month_tables() LOOP
    name := t.name;
    EXECUTE format('SELECT count(*) FROM (SELECT FROM ONLY %I LIMIT 1000) s', t.name || '_default') INTO strays;
    months_ahead := 0;
    WHILE month_start(months_ahead + 1) < t.before
       OR to_regclass('public.' || month_partition(t.name, month_start(months_ahead + 1))) IS NOT NULL LOOP
      months_ahead := months_ahead + 1;
    END LOOP;
    RETURN NEXT;
  END LOOP;
END
$$;

REVOKE ALL ON FUNCTION add_month_partition, month_partition_state FROM PUBLIC;
