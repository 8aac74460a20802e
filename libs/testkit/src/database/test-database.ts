import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { MigrationSet } from '#platform';
import { databaseUrl } from '#servers';
import { testServers } from '../test-servers.js';
import { cloneTemplate } from './template.js';

/** A migrated database of one test file, with the two roles that production has. */
export interface TestDatabase {
  name: string;
  /** The service's role: owns nothing and is bound by row-level security. */
  appUrl: string;
  /** The role that migrated. Row-level security is forced on it, too. */
  ownerUrl: string;
  /** A pool of the owner; closed by `drop`. */
  ownerPool(): pg.Pool;
  /** Rows as the owner sees them inside one tenant. */
  rows<Row extends pg.QueryResultRow>(tenantId: string, sql: string, values?: unknown[]): Promise<Row[]>;
  /** Moves the database's clock (octopus_now) by so many milliseconds from the real one; 0 sets it right again. */
  shiftClock(ms: number): Promise<void>;
  drop(): Promise<void>;
}

/** Clones the service's migrated template into a database of its own; the first caller of the run migrates it. */
export async function testDatabase(set: MigrationSet): Promise<TestDatabase> {
  const { postgresUrl, prefix } = testServers();
  const name = `${prefix}-${set.service}-${randomBytes(4).toString('hex')}`;
  const roles = await cloneTemplate(set, name);
  const urlOf = ({ role, password }: { role: string; password: string }): string =>
    databaseUrl(postgresUrl, { database: name, role, password });
  const ownerUrl = urlOf(roles.owner);
  let pool: pg.Pool | undefined;
  const ownerPool = (): pg.Pool => (pool ??= quietPool(ownerUrl));
  return {
    name,
    appUrl: urlOf(roles.app),
    ownerUrl,
    ownerPool,
    rows: (tenantId, sql, values) => rowsOfTenant(ownerPool(), tenantId, sql, values),
    shiftClock: (ms) => shiftClock(ownerPool(), ms),
    drop: async () => {
      await pool?.end();
      const admin = new pg.Client({ connectionString: postgresUrl });
      await admin.connect();
      await admin.query(`DROP DATABASE IF EXISTS ${admin.escapeIdentifier(name)} WITH (FORCE)`);
      await admin.end();
    },
  };
}

function quietPool(connectionString: string): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 3 });
  // A fault test may end its connections; the next query opens another.
  pool.on('error', () => undefined);
  return pool;
}

async function rowsOfTenant<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  tenantId: string,
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query("SELECT set_config('octopus.tenant_id', $1, true)", [tenantId]);
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.query('COMMIT');
    client.release();
  }
}

async function shiftClock(pool: pg.Pool, ms: number): Promise<void> {
  if (!Number.isInteger(ms)) throw new RangeError(`whole milliseconds, not ${ms}`);
  await pool.query(
    `CREATE OR REPLACE FUNCTION octopus_now() RETURNS timestamptz LANGUAGE sql VOLATILE
     AS $$ SELECT clock_timestamp() + interval '${ms} milliseconds' $$`,
  );
}
