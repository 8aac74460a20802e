import { testDatabase, type TestDatabase } from '#testkit';
import { migrationSet } from '../../../services/scheduler/src/store/migrations/index.js';

const TENANTS = 100;
const PER_TENANT = 10_000;

/** Instants in a filled queue. */
export const QUEUED = TENANTS * PER_TENANT;

/** Rows are put in this far ahead, so that the last is in before the first is due. Milliseconds. */
export const LEAD_MS = 2_000;

/** A scheduler's database with a million instants in its queue, of a hundred tenants' coupons. */
export class DueQueue {
  #added = 0;

  private constructor(readonly database: TestDatabase) {}

  /** @param from when the first of them is due, from now: the others follow, a hundred a second */
  static async filled(from: string): Promise<DueQueue> {
    const database = await testDatabase(migrationSet);
    const queue = new DueQueue(database);
    for (let tenant = 0; tenant < TENANTS; tenant += 1) await queue.fill(tenant, from);
    await database.ownerPool().query('VACUUM (ANALYZE) due');
    await database.ownerPool().query('VACUUM (ANALYZE) coupon_schedule');
    return queue;
  }

  /** So many more a second, for so many seconds, each at its own instant. */
  async add(perSecond: number, seconds: number): Promise<void> {
    await this.database.ownerPool().query(
      `INSERT INTO due (tenant_id, coupon_id, kind, rank, data, due_at)
       SELECT $1, ${couponId('8001', '$2::int + n')}, 'end', 9, '{}',
              clock_timestamp() + ($3::int + n * 1000.0 / $4::int) * interval '1 ms'
         FROM generate_series(1, $4::int * $5::int) AS n`,
      [tenantId(0), this.#added, LEAD_MS, perSecond, seconds],
    );
    this.#added += perSecond * seconds;
  }

  private async fill(tenant: number, from: string): Promise<void> {
    const coupon = {
      status: 'active',
      schedule: { startAt: null, endAt: '2027-01-01T00:00:00Z', timeZone: 'UTC', recurrence: null },
    };
    const first = tenant * PER_TENANT;
    await this.database.rows(
      tenantId(tenant),
      `WITH known AS (
         INSERT INTO coupon_schedule (tenant_id, coupon_id, version, coupon)
         SELECT $1, ${couponId('8000', '$2::int + n')}, 1, $3 FROM generate_series(1, $4) AS n)
       INSERT INTO due (tenant_id, coupon_id, kind, rank, data, due_at)
       SELECT $1, ${couponId('8000', '$2::int + n')}, 'end', 9, '{}',
              clock_timestamp() + $5::interval + (n * $6 + $7) * interval '10 ms'
         FROM generate_series(1, $4) AS n`,
      [tenantId(tenant), first, JSON.stringify(coupon), PER_TENANT, from, TENANTS, tenant],
    );
  }
}

function tenantId(nth: number): string {
  return `01980a5e-7c00-7000-8000-${String(nth).padStart(12, '0')}`;
}

/** A UUIDv7 in SQL, made of a number. */
function couponId(group: string, number: string): string {
  return `('01980a5e-7c00-7000-${group}-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
}
