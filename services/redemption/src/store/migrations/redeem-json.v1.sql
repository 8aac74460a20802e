-- JSON put together as text, for facts and answers. `concat`, not `||`: each operator is looked up, permitted and set up
-- by itself whenever a statement starts, and these statements are short.

CREATE FUNCTION units_json(resource text, units bigint) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT concat('{"resource":"', resource, '","units":', units, '}')
$$;

CREATE FUNCTION stock_json(redeemed bigint, max bigint, rev bigint) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT concat('{"redeemed":', redeemed, ',"max":', coalesce(max::text, 'null'), ',"finished":',
                CASE WHEN redeemed >= max THEN 'true' ELSE 'false' END, ',"revision":', rev, '}')
$$;

-- The headers that all facts of a kind share in one batch; head: those that they share always, without the last brace.
CREATE FUNCTION fact_head(head text, decided_text text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT concat(head, ',"ce_time":"', decided_text, '"}')
$$;
