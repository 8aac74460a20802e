import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ServiceName, serviceNames } from '#contracts';
import { testDatabase, type TestDatabase } from '#testkit';
import { migrationSets } from './system/service-databases.js';

/**
 * Tables over all tenants, and why each may be one. Whoever adds a table either begins its key with tenant_id and
 * switches row-level security on, or argues here.
 */
const exempt: Record<'every' | ServiceName, string[]> = {
  // The outbox and its leases, the inbox, the dead letters: queues of plumbing. TypeORM's list of migrations.
  every: ['outbox', 'outbox_lease', 'outbox_relay', 'inbox', 'dead_letter', 'schema_migration'],
  // When to look at which image again, claimed by time over all tenants. Whose code a shared link is: whoever opens it
  // belongs to no tenant yet. Which tenants have figures, for whoever makes all of them again.
  catalog: ['share_code', 'image_check', 'analytics_generation', 'channel_zone_change'],
  // Which tenants a background job has to visit: it cannot be asked tenant by tenant. Automatic attempts and what wakes
  // them, and the rounds of reminders, claimed by time over all tenants.
  redemption: ['tenant_job', 'auto_attempt', 'auto_wake', 'reminder_run'],
  // Claimed by time over all tenants.
  scheduler: ['due'],
  // Messages that wait for a name, claimed by time over all tenants.
  notification: ['pending_message'],
  targeting: [],
};

interface Table {
  name: string;
  /** Columns of the primary key, in order. */
  key: string[];
  enabled: boolean;
  forced: boolean;
  /** Policies, as `USING … CHECK …`. */
  policies: string[];
}

const tablesSql = `
  SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
         coalesce((SELECT array_agg(a.attname::text ORDER BY k.place)
                     FROM pg_index i, unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, place), pg_attribute a
                    WHERE i.indrelid = c.oid AND i.indisprimary AND a.attrelid = c.oid AND a.attnum = k.attnum),
                  '{}') AS key,
         coalesce((SELECT array_agg(format('%s %s', p.qual, coalesce(p.with_check, p.qual)))
                     FROM pg_policies p WHERE p.schemaname = 'public' AND p.tablename = c.relname), '{}') AS policies
    FROM pg_class c
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   ORDER BY 1`;

describe.each(serviceNames)("the tables of %s, by its database's own catalogue", (service) => {
  let database: TestDatabase;
  let tables: Table[];
  let business: Table[];
  beforeAll(async () => {
    database = await testDatabase(migrationSets[service]);
    tables = (await database.ownerPool().query<Table>(tablesSql)).rows;
    const queues = [...exempt.every, ...exempt[service]];
    business = tables.filter(({ name }) => !queues.includes(name));
  }, 120_000);
  afterAll(() => database?.drop());

  const names = (some: Table[]): string[] => some.map(({ name }) => name);

  it('has business tables, and no exemption for a table that is not there', () => {
    expect(business.length).toBeGreaterThan(0);
    expect(names(tables)).toEqual(expect.arrayContaining([...exempt.every, ...exempt[service]]));
  });

  it('begins the primary key of every business table with tenant_id', () => {
    expect(names(business.filter(({ key }) => key[0] !== 'tenant_id'))).toEqual([]);
  });

  it('has row-level security on and forced, with one policy that asks for the tenant both ways', () => {
    const tenantOnly = '(tenant_id = octopus_tenant_id()) (tenant_id = octopus_tenant_id())';
    const open = business.filter(
      ({ enabled, forced, policies }) => !enabled || !forced || policies.join() !== tenantOnly,
    );
    expect(open).toEqual([]);
  });

  it('gives the service a role that is bound by it and owns nothing', async () => {
    const { username } = new URL(database.appUrl);
    const { rows } = await database.ownerPool().query(
      `SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication AS powerful,
              (SELECT count(*)::int FROM pg_auth_members WHERE member = r.oid) AS memberships,
              (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS tables,
              (SELECT count(*)::int FROM pg_database WHERE datdba = r.oid) AS databases,
              has_schema_privilege(oid, 'public', 'CREATE') AS creates
         FROM pg_roles r WHERE rolname = $1`,
      [decodeURIComponent(username)],
    );
    expect(rows).toEqual([{ powerful: false, memberships: 0, tables: 0, databases: 0, creates: false }]);
  });

  it('has no function that would run with the rights of its owner, but for those that forget what is old, add months or keep and search names', async () => {
    const { rows } = await database
      .ownerPool()
      .query<{ proname: string }>(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef",
      );
    const known =
      /^(prune_expired_[a-z_]+|add_month_partition|month_partition_state|coupons_named|keep_coupon_name)$/;
    const others = rows.filter(({ proname }) => !known.test(proname));
    expect(others).toEqual([]);
  });

  it('has no foreign key that could tie tenants together', async () => {
    const { rows } = await database.ownerPool().query(
      `SELECT conrelid::regclass::text AS name FROM pg_constraint c
        WHERE contype = 'f' AND (SELECT attname FROM pg_attribute
               WHERE attrelid = conrelid AND attnum = conkey[1]) <> 'tenant_id'`,
    );
    expect(rows).toEqual([]);
  });
});
