import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import type { ServiceName } from '#contracts';
import { baseMigrations } from './base-migrations/index.js';
import { MIGRATION_TABLE } from './service-schema.js';
import { grantToAppRole, refuseTablesWithoutRowSecurity, refuseUnfitAppRole } from './app-role.js';

export interface MigrationSet {
  readonly service: ServiceName;
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** The service's own tables that are queues over all tenants, hence without row-level security. */
  readonly queueTables?: readonly string[];
}

const DDL_LOCK_TIMEOUT_MS = 5_000;
/** Any number will do, as long as every migration of every service takes the same. */
const ADVISORY_LOCK = 8_020_190;

/**
 * Brings a service's database up to date: the platform's tables, the service's own, then the app role's rights. Safe to
 * run twice and at the same time: the second waits, then finds nothing to do. Prints one line per migration applied.
 * @param env DATABASE_OWNER_URL (the role that owns the tables) and DATABASE_APP_ROLE (the running service's role)
 * @throws Error naming a missing variable, an app role that row-level security would not bind, or a table without it
 */
export async function migrateService(
  set: MigrationSet,
  env: NodeJS.ProcessEnv = process.env,
  print: (line: string) => void = (line) => void process.stdout.write(`${line}\n`),
): Promise<void> {
  const url = required(env, 'DATABASE_OWNER_URL', "the address of the database as its tables' owner");
  const appRole = required(env, 'DATABASE_APP_ROLE', 'the role of the running service');
  await withMigrationLock(url, async (client) => {
    await refuseUnfitAppRole(client, appRole);
    for (const migrations of [baseMigrations, set.migrations])
      await apply(url, set.service, migrations, print);
    await refuseTablesWithoutRowSecurity(client, [MIGRATION_TABLE, ...(set.queueTables ?? [])]);
    await grantToAppRole(client, appRole, MIGRATION_TABLE);
  });
}

function required(env: NodeJS.ProcessEnv, name: string, meaning: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set: give ${meaning}`);
  return value;
}

/** Two jobs at once: the second waits here. It asks again and again, as waiting inside the server would hold a snapshot. */
async function withMigrationLock(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    while (!(await tryLock(client))) await sleep(100);
    await work(client);
  } finally {
    await client.end();
  }
}

async function tryLock(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [
    ADVISORY_LOCK,
  ]);
  return rows[0]?.got === true;
}

async function apply(
  url: string,
  service: ServiceName,
  migrations: MigrationSet['migrations'],
  print: (line: string) => void,
): Promise<void> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    applicationName: `octopus-${service}-migrate`,
    migrations: [...migrations],
    migrationsTableName: MIGRATION_TABLE,
    installExtensions: false,
    logging: false,
    poolSize: 2,
    // A statement that waits for a lock blocks whoever comes after it: give up and let the job be run again.
    extra: { lock_timeout: DDL_LOCK_TIMEOUT_MS },
  });
  await dataSource.initialize();
  try {
    const applied = await dataSource.runMigrations({ transaction: 'each' });
    for (const { name } of applied) print(`${service}: applied ${name}`);
  } finally {
    await dataSource.destroy();
  }
}
