import pg from 'pg';

/** A name on a PostgreSQL server that nobody else can hold until it is released or this process ends. */
export interface HeldName {
  release(): Promise<void>;
}

/**
 * Holds a name on the whole server, by an advisory lock on a connection of its own; undefined when somebody else does.
 * A lock belongs to one database, and two administrators' addresses may name different ones, so those of all databases
 * are looked at. Of two that ask at the very same moment, both may be refused, never both succeed.
 * If the connection is lost (a restart of the server), so is the hold.
 */
export async function holdName(adminUrl: string, name: string): Promise<HeldName | undefined> {
  const client = new pg.Client({
    connectionString: adminUrl,
    connectionTimeoutMillis: 5_000,
    application_name: `octopus-hold ${name}`.slice(0, 63),
    keepAlive: true,
  });
  client.on('error', () => undefined);
  await client.connect();
  const release = (): Promise<void> => client.end().catch(() => undefined);
  try {
    // Idle is what this connection is for; PostgreSQL 13 does not know the setting.
    await client.query('SET idle_session_timeout = 0').catch(() => undefined);
    if (await isFirst(client, `octopus-hold-${name}`)) return { release };
  } catch (error) {
    await release();
    throw error;
  }
  await release();
  return undefined;
}

async function isFirst(client: pg.Client, key: string): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked',
    [key],
  );
  if (rows[0]?.locked !== true) return false;
  const others = await client.query(
    `SELECT 1 FROM pg_locks AS mine
       JOIN pg_locks AS other USING (locktype, classid, objid, objsubid)
      WHERE mine.locktype = 'advisory' AND mine.pid = pg_backend_pid()
        AND other.pid <> mine.pid AND other.granted`,
  );
  return others.rowCount === 0;
}
