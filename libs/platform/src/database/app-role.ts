import pg from 'pg';
import { platformQueueTables } from './base-migrations/index.js';

/** Tables of the schema; partitions are reached through their parent, whose policy then holds. */
const OUR_TABLES = `
  SELECT relname AS name FROM pg_class
   WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`;

/** @throws Error when the role is missing, or one that row-level security does not bind */
export async function refuseUnfitAppRole(client: pg.Client, role: string): Promise<void> {
  const { rows } = await client.query<{ above: boolean; owner: boolean }>(
    `SELECT rolsuper OR rolbypassrls AS above, pg_has_role(rolname, current_user, 'MEMBER') AS owner
       FROM pg_roles WHERE rolname = $1`,
    [role],
  );
  const found = rows[0];
  if (!found)
    throw new Error(`DATABASE_APP_ROLE: there is no role ${role}; create it, with LOGIN and no more`);
  if (found.above)
    throw new Error(
      `DATABASE_APP_ROLE: ${role} is a superuser or has BYPASSRLS; row-level security would not bind it`,
    );
  if (found.owner)
    throw new Error(
      `DATABASE_APP_ROLE: ${role} owns the tables or is a member of their owner; it could switch row-level security off`,
    );
}

/** @throws Error naming the tables that neither have row-level security, enabled and forced, nor are known as queues */
export async function refuseTablesWithoutRowSecurity(
  client: pg.Client,
  exempt: readonly string[],
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `${OUR_TABLES} AND NOT (relrowsecurity AND relforcerowsecurity) AND relname <> ALL ($1) ORDER BY 1`,
    [[...platformQueueTables, ...exempt]],
  );
  if (rows.length > 0)
    throw new Error(
      `without row-level security: ${rows.map(({ name }) => name).join(', ')}; run tenantTable('…') in the migration, ` +
        'or name a queue over all tenants in queueTables',
    );
}

/**
 * Rights of the running service: on rows, never on the tables themselves. Safe to repeat.
 * @param readOnlyTable the list of migrations, by which a new process sees that its schema is there: granted last
 */
export async function grantToAppRole(client: pg.Client, role: string, readOnlyTable: string): Promise<void> {
  const to = pg.escapeIdentifier(role);
  const { rows } = await client.query<{ name: string }>(`${OUR_TABLES} AND relname <> $1`, [readOnlyTable]);
  const tables = rows.map(({ name }) => pg.escapeIdentifier(name));
  await client.query(`GRANT USAGE ON SCHEMA public TO ${to}`);
  if (tables.length > 0)
    await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${tables.join(', ')} TO ${to}`);
  await client.query(`GRANT SELECT ON outbox_fact TO ${to}`);
  await client.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${to}`);
  await client.query(`GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO ${to}`);
  await client.query(`GRANT SELECT ON ${pg.escapeIdentifier(readOnlyTable)} TO ${to}`);
}
