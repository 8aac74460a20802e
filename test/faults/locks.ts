import { eventually } from '#testkit';
import type { Trial } from './arena.js';
import { ProvesNothing } from './proves-nothing.js';

const WAIT_LIMIT_MS = 60_000;

/** A transaction of somebody else that stands in the way of batches. */
export interface Holder {
  /** Waits until the lock of this coupon is given. */
  readonly lock: (couponId: string) => Promise<void>;
  /** Resolves with the backends that wait for what this transaction has. */
  readonly waitedFor: () => Promise<number[]>;
  /** Whether somebody waits for this transaction and this transaction for them: PostgreSQL has to end one of the two. */
  readonly isInACircle: () => Promise<boolean>;
}

/** Nothing of it is kept. A lock is given back at the end, also when a crash of the server has done that already. */
export async function holding<T>(trial: Trial, work: (holder: Holder) => Promise<T>): Promise<T> {
  const pool = trial.arena.database.ownerPool();
  const client = await pool.connect();
  let broken = false;
  const breaks = (): void => void (broken = true);
  client.on('error', breaks);
  try {
    await client.query('BEGIN');
    await client.query("SELECT set_config('octopus.tenant_id', $1, true)", [trial.tenantId]);
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const pid = rows[0]?.pid ?? 0;
    return await work({
      lock: async (couponId) => {
        await client.query('SELECT FROM coupon WHERE tenant_id = $1 AND coupon_id = $2 FOR UPDATE', [
          trial.tenantId,
          couponId,
        ]);
      },
      waitedFor: () => untilSomebodyWaits(trial, pid),
      isInACircle: async () => {
        const circle = await pool.query(
          'SELECT FROM unnest(pg_blocking_pids($1)) AS other WHERE $1 = ANY (pg_blocking_pids(other))',
          [pid],
        );
        return circle.rows.length > 0;
      },
    });
  } finally {
    await client.query('ROLLBACK').catch(breaks);
    client.off('error', breaks);
    client.release(broken);
  }
}

/** Somebody has the locks of these coupons, in the order of ids as everybody takes them, while something is done. */
export async function holdLocks(
  trial: Trial,
  couponIds: readonly string[],
  meanwhile: (holder: Holder) => Promise<unknown>,
): Promise<void> {
  await holding(trial, async (holder) => {
    for (const couponId of couponIds.toSorted()) await holder.lock(couponId);
    await meanwhile(holder);
  });
}

async function untilSomebodyWaits(trial: Trial, holder: number): Promise<number[]> {
  const pool = trial.arena.database.ownerPool();
  return eventually(
    async () => {
      const { rows } = await pool.query<{ pid: number }>(
        'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND $1 = ANY (pg_blocking_pids(pid))',
        [holder],
      );
      if (rows.length === 0) throw new ProvesNothing('nobody waits for the lock');
      return rows.map(({ pid }) => pid);
    },
    { timeoutMs: WAIT_LIMIT_MS, everyMs: 5 },
  );
}
