import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrateService } from '#platform';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import { CouponsAndChannels1763800000000 } from './1763800000000-coupons-and-channels.js';
import { DirectoryAndTerms1764100000000 } from './1764100000000-directory-and-terms.js';

const first = { service: 'catalog', migrations: [CouponsAndChannels1763800000000] } as const;
const both = {
  service: 'catalog',
  migrations: [CouponsAndChannels1763800000000, DirectoryAndTerms1764100000000],
} as const;
const tenants = [newId(), newId()];

describe('coupons and channels of before there were terms', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase(first);
    for (const tenantId of tenants) {
      await database.rows(
        tenantId,
        `INSERT INTO channel (tenant_id, channel_id, revision, name, status, time_zone, partner_id, owner_ids)
         VALUES ($1, $2, 1, 'Café', 'active', 'UTC', $2, '{}'), ($1, $1, 1, 'Bar', 'draft', 'UTC', $2, '{}')`,
        [tenantId, newId()],
      );
      await database.rows(
        tenantId,
        `INSERT INTO coupon (tenant_id, coupon_id, channel_id, type, status, version, created_at, published_at)
         SELECT $1, id, $1, 'click', status, 1, '2026-01-01', published
         FROM (VALUES ($2::uuid, 'draft', NULL), ($3::uuid, 'active', '2026-01-02'::timestamptz)) AS v (id, status, published)`,
        [tenantId, newId(), newId()],
      );
    }
    const env = {
      DATABASE_OWNER_URL: database.ownerUrl,
      DATABASE_APP_ROLE: new URL(database.appUrl).username,
    };
    await migrateService(both, env, () => undefined);
  }, 120_000);
  afterAll(() => database?.drop());

  it.each(tenants)('have what the terms then say: tenant %s', async (tenantId) => {
    const coupons = await database.rows(
      tenantId,
      `SELECT status, availability, audience, edited_at = created_at AS edited FROM coupon ORDER BY status`,
    );
    expect(coupons).toEqual([
      { status: 'active', availability: 'rule', audience: 'followers', edited: true },
      { status: 'draft', availability: null, audience: 'followers', edited: true },
    ]);
    const channels = await database.rows(
      tenantId,
      'SELECT status, active_since IS NOT NULL AS since FROM channel ORDER BY status',
    );
    expect(channels).toEqual([
      { status: 'active', since: true },
      { status: 'draft', since: false },
    ]);
  });

  it('are under row-level security as before', async () => {
    const { rows } = await database.ownerPool().query('SELECT FROM coupon');
    expect(rows).toEqual([]);
  });

  it('are left as they were when it is taken back', async () => {
    const client = await database.ownerPool().connect();
    try {
      await new DirectoryAndTerms1764100000000().down(client as never);
    } finally {
      client.release();
    }
    const [tenantId = ''] = tenants;
    const coupons = await database.rows<Record<string, unknown>>(tenantId, 'SELECT * FROM coupon');
    expect(coupons).toHaveLength(2);
    expect(coupons[0]).not.toHaveProperty('price');
  });
});
