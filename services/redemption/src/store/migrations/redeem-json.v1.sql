-- JSON put together as text, for facts and answers; null arguments give null. Each becomes part of the query that asks.

CREATE FUNCTION points_json(point uuid, amount bigint) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT '{"pointNameId":"' || point || '","amount":"' || amount || '"}'
$$;

CREATE FUNCTION units_json(resource text, units bigint) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT '{"resource":"' || resource || '","units":' || units || '}'
$$;

CREATE FUNCTION stock_json(redeemed bigint, max bigint, rev bigint) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT '{"redeemed":' || redeemed || ',"max":' || coalesce(max::text, 'null')
    || ',"finished":' || CASE WHEN redeemed >= max THEN 'true' ELSE 'false' END || ',"revision":' || rev || '}'
$$;

-- The headers that all facts of a kind share in one batch, up to the event's id, which comes next.
CREATE FUNCTION fact_head(headers json, fact text, decided_text text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT left(headers->>fact, -1) || ',"ce_time":"' || decided_text || '","ce_id":"'
$$;
