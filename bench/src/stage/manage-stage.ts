import { newId, type TestDatabase, testDatabase } from '#testkit';
import { migrationSet } from '../../../services/catalog/src/store/migrations/index.js';
import type { BenchIssuer } from './bench-issuer.js';
import { type Program, startProgram } from './program.js';

const COUPONS = 100_000;
/** Of other tenants, in the same tables. */
const OTHERS = 20_000;

export interface ManageStage {
  readonly program: Program;
  /** Of the owner of all those coupons. */
  readonly token: string;
  readonly database: TestDatabase;
  readonly tenantId: string;
  close(): Promise<void>;
}

export async function openManageStage(
  issuer: BenchIssuer,
  tenantId: string,
  env: Record<string, string>,
): Promise<ManageStage> {
  const database = await testDatabase(migrationSet);
  const channelIds = Array.from({ length: 5 }, () => newId());
  await fill(database, tenantId, channelIds, COUPONS);
  await fill(database, newId(), [newId()], OTHERS);
  await database.ownerPool().query('VACUUM ANALYZE');
  const program = await startProgram('services/catalog/src/main.js', {
    DATABASE_URL: database.appUrl,
    // Nothing is stored there.
    CATALOG_S3_BUCKET: 'bench',
    CATALOG_SHARE_URL: 'https://coupons.example.com/s',
    ...env,
  });
  const token = issuer.token({ role: 'channel_owner', tenant: tenantId, sub: newId(), channels: channelIds });
  const close = async (): Promise<void> => {
    await program.stop();
    await database.drop();
  };
  return { program, token, database, tenantId, close };
}

/** One a minute, all statuses and types mixed; one in eleven names has each of the words. */
async function fill(
  database: TestDatabase,
  tenantId: string,
  channelIds: readonly string[],
  count: number,
): Promise<void> {
  await database.rows(
    tenantId,
    `INSERT INTO channel (tenant_id, channel_id, revision, name, status, time_zone, partner_id, owner_ids)
     SELECT $1, channel_id, 1, 'Café', 'active', 'Europe/Zagreb', gen_random_uuid(), '{}' FROM unnest($2::uuid[]) channel_id`,
    [tenantId, channelIds],
  );
  await database.rows(
    tenantId,
    `INSERT INTO coupon (tenant_id, coupon_id, channel_id, type, status, finished_reason, version, name, description,
                         created_at, edited_at, published_at, availability, position)
     SELECT $1, overlay(gen_random_uuid()::text placing '7' from 15)::uuid, ($2::uuid[])[1 + n % cardinality($2::uuid[])],
            (ARRAY['qr', 'time_based', 'click', 'auto'])[1 + n % 4], status,
            CASE WHEN status = 'finished' THEN 'archived' END, 1,
            'Free ' || (ARRAY['espresso', 'latté', 'beer', 'čokolada', 'burger', 'pizza', 'croissant', 'tea', 'muffin',
                              'salad', 'wrap'])[1 + n % 11] || ' ' || n,
            repeat('One on the house. ', 10), '2026-01-01'::timestamptz + n * interval '1 minute',
            '2026-06-01'::timestamptz - (n * 7919 % 100000) * interval '1 second', '2026-02-01', 'rule',
            CASE WHEN n % 3 = 0 THEN n % 50 + 1 END
       FROM (SELECT n, (ARRAY['active', 'active', 'finished', 'disabled'])[1 + n / 4 % 4] AS status
               FROM generate_series(1, $3::integer) n) made`,
    [tenantId, channelIds, count],
  );
}
