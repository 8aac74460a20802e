import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** One service's database and its two login roles. */
export interface ServiceDatabaseNames {
  database: string;
  /** Owns the database and, as the one that migrates, every table. */
  ownerRole: string;
  /** The running service: no superuser, bound by row-level security, owns nothing. */
  appRole: string;
}

export interface ServiceDatabaseUrls {
  ownerUrl: string;
  appUrl: string;
}

/**
 * Makes a service's database and roles, or finds them there and gives both roles these passwords. The app role may
 * connect and use the schema `public`; rights on tables are for the owner to grant, in the migrations.
 * @param adminUrl a role that may create databases and roles; need not be a superuser
 * @param passwords new random ones unless given
 */
export async function createServiceDatabase(
  adminUrl: string,
  names: ServiceDatabaseNames,
  passwords = { owner: randomPassword(), app: randomPassword() },
): Promise<ServiceDatabaseUrls> {
  const { database, ownerRole, appRole } = names;
  await asAdmin(adminUrl, async (admin) => {
    // Two starts at once would alter the same rows of pg_authid and fail with "tuple concurrently updated".
    await admin.query('SELECT pg_advisory_lock(hashtext($1))', [`octopus-role-${ownerRole}`]);
    await createRole(admin, ownerRole, passwords.owner);
    await createRole(admin, appRole, passwords.app);
    await mayActAs(admin, ownerRole);
    const known = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
    if (known.rowCount === 0) await admin.query(`CREATE DATABASE ${id(database)} OWNER ${id(ownerRole)}`);
    await admin.query(`REVOKE ALL ON DATABASE ${id(database)} FROM PUBLIC`);
    await admin.query(`GRANT CONNECT ON DATABASE ${id(database)} TO ${id(appRole)}`);
  });
  await prepareSchema(databaseUrl(adminUrl, { database }), names);
  return {
    ownerUrl: databaseUrl(adminUrl, { database, role: ownerRole, password: passwords.owner }),
    appUrl: databaseUrl(adminUrl, { database, role: appRole, password: passwords.app }),
  };
}

/** Drops a service's database, whoever is connected to it, and its two roles. What is not there is no error. */
export async function dropServiceDatabase(adminUrl: string, names: ServiceDatabaseNames): Promise<void> {
  await asAdmin(adminUrl, async (admin) => {
    const { rows } = await admin.query<{ rolname: string }>(
      'SELECT rolname FROM pg_roles WHERE rolname = ANY($1)',
      [[names.ownerRole, names.appRole]],
    );
    if (rows.some(({ rolname }) => rolname === names.ownerRole)) await mayActAs(admin, names.ownerRole);
    await admin.query(`DROP DATABASE IF EXISTS ${id(names.database)} WITH (FORCE)`);
    for (const { rolname } of rows) await admin.query(`DROP ROLE IF EXISTS ${id(rolname)}`);
  });
}

/** The same server's address with another database and, if given, another role; query parameters stay. */
export function databaseUrl(
  url: string,
  change: { database: string; role?: string; password?: string },
): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(change.database)}`;
  if (change.role !== undefined) {
    changed.username = encodeURIComponent(change.role);
    changed.password = encodeURIComponent(change.password ?? '');
  }
  return changed.href;
}

async function createRole(admin: pg.Client, role: string, password: string): Promise<void> {
  const known = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  if (known.rowCount === 0) await admin.query(`CREATE ROLE ${id(role)} NOLOGIN`);
  const isSuperuser = await admin.query<{ is: boolean }>(
    'SELECT rolsuper AS is FROM pg_roles WHERE rolname = current_user',
  );
  // Only a superuser may even name these two; a role made by anybody else is without them anyway.
  const without = isSuperuser.rows[0]?.is === true ? 'NOSUPERUSER NOBYPASSRLS NOREPLICATION' : '';
  const secret = pg.escapeLiteral(password);
  await admin.query(`ALTER ROLE ${id(role)} LOGIN NOCREATEDB NOCREATEROLE ${without} PASSWORD ${secret}`);
}

/** Giving a database to a role, or dropping one it owns, needs membership in it unless one is superuser. */
async function mayActAs(admin: pg.Client, role: string): Promise<void> {
  const { rows } = await admin.query<{ may: boolean }>('SELECT pg_has_role($1, $2) AS may', [role, 'MEMBER']);
  if (rows[0]?.may !== true) await admin.query(`GRANT ${id(role)} TO CURRENT_USER`);
}

async function prepareSchema(url: string, { ownerRole, appRole }: ServiceDatabaseNames): Promise<void> {
  await asAdmin(url, async (admin) => {
    // As the owner: an administrator who is no superuser has no rights in the new schema.
    await admin.query(`SET ROLE ${id(ownerRole)}`);
    await admin.query('REVOKE CREATE ON SCHEMA public FROM PUBLIC');
    await admin.query(`GRANT USAGE ON SCHEMA public TO ${id(appRole)}`);
  });
}

async function asAdmin(url: string, work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  admin.on('error', () => undefined);
  await admin.connect();
  try {
    // The role passwords must not reach the server's log, should it log statements.
    await admin.query("SET log_statement = 'none'").catch(() => undefined);
    await work(admin);
  } finally {
    await admin.end().catch(() => undefined);
  }
}

function id(name: string): string {
  return pg.escapeIdentifier(name);
}

function randomPassword(): string {
  return randomBytes(18).toString('base64url');
}
