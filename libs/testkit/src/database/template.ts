import { createHash } from 'node:crypto';
import pg from 'pg';
import { type MigrationSet, migrateService } from '#platform';
import { createServiceDatabase, databaseUrl } from '#servers';
import { testServers } from '../test-servers.js';

export interface LoginRole {
  role: string;
  password: string;
}

/**
 * Copies the set's template database. Whichever worker comes first makes and migrates it, under a lock of the server;
 * cloning takes some 50 ms where migrating takes seconds. All clones of a template share its two roles.
 */
export async function cloneTemplate(
  set: MigrationSet,
  database: string,
): Promise<{ owner: LoginRole; app: LoginRole }> {
  const { postgresUrl, prefix } = testServers();
  const template = `${prefix}-${set.service}-t${fingerprint(set)}`;
  const owner = loginRole(`${template}-o`);
  const app = loginRole(`${template}-a`);
  await asAdmin(postgresUrl, async (admin) => {
    await admin.query('SELECT pg_advisory_lock(hashtext($1))', [template]);
    const ready = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (ready.rowCount === 0) await makeTemplate(admin, set, { template, owner, app });
    const [name, source] = [admin.escapeIdentifier(database), admin.escapeIdentifier(template)];
    await admin.query(
      `CREATE DATABASE ${name} OWNER ${admin.escapeIdentifier(owner.role)} TEMPLATE ${source}`,
    );
    // The rights on the database itself are not part of a template.
    await admin.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
    await admin.query(`GRANT CONNECT ON DATABASE ${name} TO ${admin.escapeIdentifier(app.role)}`);
  });
  return { owner, app };
}

/** Migrates under another name first: a template with its final name is always whole. */
async function makeTemplate(
  admin: pg.Client,
  set: MigrationSet,
  { template, owner, app }: { template: string; owner: LoginRole; app: LoginRole },
): Promise<void> {
  const { postgresUrl } = testServers();
  const draft = `${template}-draft`;
  const names = { database: draft, ownerRole: owner.role, appRole: app.role };
  await admin.query(`DROP DATABASE IF EXISTS ${admin.escapeIdentifier(draft)} WITH (FORCE)`);
  await createServiceDatabase(postgresUrl, names);
  for (const { role, password } of [owner, app]) {
    const secret = admin.escapeLiteral(password);
    await admin.query(`ALTER ROLE ${admin.escapeIdentifier(role)} PASSWORD ${secret}`);
  }
  const ownerUrl = databaseUrl(postgresUrl, { database: draft, ...owner });
  await migrateService(
    set,
    { ...process.env, DATABASE_OWNER_URL: ownerUrl, DATABASE_APP_ROLE: app.role },
    () => undefined,
  );
  const [from, to] = [admin.escapeIdentifier(draft), admin.escapeIdentifier(template)];
  await admin.query(`ALTER DATABASE ${from} RENAME TO ${to}`);
}

/** Every worker must know the password: it follows from the administrator's address, which holds a random one. */
function loginRole(role: string): LoginRole {
  const password = createHash('sha256').update(`${testServers().postgresUrl} ${role}`).digest('base64url');
  return { role, password };
}

/** Two sets of one service within one run (say, with and without the newest migration) get a template each. */
function fingerprint({ migrations }: MigrationSet): string {
  const sources = migrations.map((migration) => `${migration.name} ${migration.toString()}`);
  return createHash('sha256').update(sources.join('\n')).digest('hex').slice(0, 8);
}

async function asAdmin(url: string, work: (admin: pg.Client) => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.end();
  }
}
