import pg from 'pg';

/** Which functions ExpiredRowsPruner calls: a table is named to it by nothing but its own. */
export const PRUNE_PREFIX = 'prune_expired_';

/**
 * Statements after which the rows of a partitioned table with a column `created_at` are forgotten when they are older than
 * so many days, whosever they are. The service's role cannot do that itself, as row-level security shows it one tenant's
 * rows; so it calls a function of the tables' owner, which can do just this. The function reaches past the parent to the
 * partitions, on which no policy lies, hence partitioned tables only.
 */
export function expiringTable(name: string, { days }: { days: number }): string[] {
  if (!Number.isInteger(days) || days < 1) throw new RangeError(`whole days, not ${days}`);
  const table = pg.escapeIdentifier(name);
  const prune = `${pg.escapeIdentifier(PRUNE_PREFIX + name)}(integer)`;
  return [
    // No BRIN: once pages of pruned rows are used again, its ranges hold old and new rows, and all must be read.
    `CREATE INDEX ON ${table} (created_at)`,
    pruneFunction(name, days),
    `REVOKE ALL ON FUNCTION ${prune} FROM PUBLIC`,
  ];
}

/** Returns how many rows it deleted. Replicas at the same time step over each other's rows. */
function pruneFunction(name: string, days: number): string {
  return `
    CREATE FUNCTION ${pg.escapeIdentifier(PRUNE_PREFIX + name)}(max_rows integer) RETURNS integer
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        -- Read once: compared with a volatile function, created_at would not be looked up in its index.
        expiry CONSTANT timestamptz := public.octopus_now() - interval '${days} days';
        part regclass;
        deleted integer;
        total integer := 0;
      BEGIN
        FOR part IN SELECT relid FROM pg_partition_tree(${pg.escapeLiteral(`public.${pg.escapeIdentifier(name)}`)}) WHERE isleaf LOOP
          EXECUTE format(
            'DELETE FROM ONLY %1$s WHERE ctid = ANY (ARRAY(
               SELECT ctid FROM ONLY %1$s WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))',
            part) USING expiry, max_rows - total;
          GET DIAGNOSTICS deleted = ROW_COUNT;
          total := total + deleted;
          EXIT WHEN total >= max_rows;
        END LOOP;
        RETURN total;
      END $$`;
}
