import { eventually, newId } from '#testkit';
import type { Trial } from '../arena.js';
import type { Fate } from '#testkit';
import { aCrowd, disturbed, type Row } from '../row.js';

const isBatch = (sent: Buffer): boolean => sent.includes('redeem_batch');

export const postgresRows: readonly Row[] = [
  {
    id: 'postgres-crashes-mid-batch',
    short: true,
    run: disturbed((trial) => [[trial.random.between(20, 120), () => crash(trial)]]),
  },
  {
    id: 'postgres-commit-reply-lost',
    short: true,
    run: disturbed((trial) => onBatches(trial, 'lose-reply')),
  },
  {
    id: 'postgres-orphaned-backends',
    short: true,
    run: disturbed((trial) => onBatches(trial, 'orphan')),
  },
  {
    id: 'postgres-requests-cut',
    run: disturbed((trial) => onBatches(trial, 'cut')),
  },
  {
    // The process loses a backend that still waits for the coupon's lock, and asks again beside it.
    id: 'postgres-cut-while-waiting-for-the-lock',
    short: true,
    run: disturbed((trial, { coupons }) => [
      [
        trial.random.between(20, 100),
        async () => {
          trial.note('somebody holds the lock of every coupon');
          await holdLocks(
            trial,
            coupons.map(({ couponId }) => couponId),
            async () => {
              for (let nth = 0; nth < 3; nth += 1) {
                await pause(trial.random.between(50, 400));
                trial.note('all connections to PostgreSQL are cut');
                trial.arena.postgres.cut();
              }
            },
          );
          trial.note('the lock is free');
        },
      ],
    ]),
  },
  {
    // As few connections as a process starts with.
    id: 'postgres-pool-exhausted',
    run: async (trial) => {
      await trial.arena.processes.have(2);
      const { intents, coupons } = await aCrowd(trial, { intents: 300 });
      const few = { DATABASE_POOL_SIZE: '4', REDEMPTION_LANES: '1' };
      await trial.arena.processes.have(2, [few, few]);
      await trial.clients.load(intents, {
        width: 60,
        at: [[100, () => holdLocks(trial, [coupons[0]?.couponId ?? ''], () => pause(1_500))]],
      });
    },
  },
  {
    id: 'postgres-deadlocks',
    short: true,
    run: disturbed((trial, { coupons }) => [
      [
        30,
        async () => {
          const before = await deadlocks(trial);
          trial.note('somebody locks coupons in the wrong order');
          const [last = '', ...others] = coupons
            .map(({ couponId }) => couponId)
            .sort()
            .reverse();
          for (let nth = 0; nth < 4; nth += 1) await wrongOrder(trial, [last, ...others]);
          // A backend tells of it some seconds later.
          await eventually(async () => {
            if ((await deadlocks(trial)) === before)
              throw new Error('nothing ended in a deadlock: the row proves nothing');
          });
        },
      ],
    ]),
  },
  {
    // One row that the database refuses, whoever it is batched with.
    id: 'bad-entry-in-a-batch',
    short: true,
    run: async (trial) => {
      await trial.arena.processes.have(1);
      const users = await trial.followers(64);
      const { couponId } = await trial.coupon({ maxRedemptions: 64 });
      const [cursed = ''] = users;
      await curse(trial, cursed);
      await trial.clients.load(
        trial.random.shuffled(users).map((userId) => ({ key: newId(), userId, couponId })),
        { width: 64, tries: 1, twins: 0 },
      );
      const fared = (isCursed: boolean): string[] =>
        trial.arena.history.calls
          .filter(({ userId }) => (userId === cursed) === isCursed)
          .map(({ code }) => code);
      if (fared(true).includes('accepted')) throw new Error('the curse does nothing: the row proves nothing');
      const others = fared(false).filter((code) => code !== 'accepted');
      if (others.length > 0) throw new Error(`others in its batch got ${[...new Set(others)].join(', ')}`);
      await lift(trial);
    },
  },
];

/** One backend dies by SIGKILL; PostgreSQL then ends all others, and recovers from its log. */
async function crash(trial: Trial): Promise<void> {
  const { rows } = await trial.arena.database
    .ownerPool()
    .query<{ pid: number }>(
      'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
  const [victim] = rows;
  if (victim === undefined) throw new Error('there is no backend to end: the row proves nothing');
  trial.note('PostgreSQL crashes');
  process.kill(victim.pid, 'SIGKILL');
}

function onBatches(trial: Trial, fate: Fate): [number, () => void][] {
  const { postgres } = trial.arena;
  return [
    [
      trial.random.between(10, 60),
      () => {
        trial.note(`batches meet the fate "${fate}" from time to time`);
        postgres.judge((sent) => (isBatch(sent) && trial.random.chance(0.25) ? fate : 'pass'));
      },
    ],
    [200, () => postgres.judge(undefined)],
  ];
}

async function holdLocks(
  trial: Trial,
  couponIds: string[],
  meanwhile: () => Promise<unknown>,
): Promise<void> {
  const client = await trial.arena.database.ownerPool().connect();
  try {
    await client.query('BEGIN');
    await client.query("SELECT set_config('octopus.tenant_id', $1, true)", [trial.tenantId]);
    await client.query(
      'SELECT FROM coupon WHERE tenant_id = $1 AND coupon_id = ANY ($2) ORDER BY coupon_id FOR UPDATE',
      [trial.tenantId, couponIds],
    );
    await meanwhile();
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

/** One after the other, against the order of ids; PostgreSQL ends whoever notices first. */
async function wrongOrder(trial: Trial, couponIds: string[]): Promise<void> {
  const client = await trial.arena.database.ownerPool().connect();
  try {
    await client.query('BEGIN');
    await client.query("SELECT set_config('octopus.tenant_id', $1, true)", [trial.tenantId]);
    for (const couponId of couponIds) {
      await client.query('SELECT FROM coupon WHERE tenant_id = $1 AND coupon_id = $2 FOR UPDATE', [
        trial.tenantId,
        couponId,
      ]);
      await pause(100);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    if ((error as { code?: string }).code !== '40P01') throw error;
  } finally {
    client.release();
  }
}

/** How many the server has ended so far in this database. */
async function deadlocks(trial: Trial): Promise<number> {
  const { rows } = await trial.arena.database
    .ownerPool()
    .query<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
  return Number(rows[0]?.deadlocks ?? 0);
}

async function curse(trial: Trial, userId: string): Promise<void> {
  const pool = trial.arena.database.ownerPool();
  await pool.query(
    `CREATE FUNCTION refuse_cursed() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN
       IF NEW.user_id = '${userId}' THEN RAISE EXCEPTION 'cursed' USING ERRCODE = '22000'; END IF;
       RETURN NEW;
     END $$`,
  );
  await pool.query(
    'CREATE TRIGGER cursed BEFORE INSERT ON redemption_default FOR EACH ROW EXECUTE FUNCTION refuse_cursed()',
  );
}

async function lift(trial: Trial): Promise<void> {
  const pool = trial.arena.database.ownerPool();
  await pool.query('DROP TRIGGER cursed ON redemption_default');
  await pool.query('DROP FUNCTION refuse_cursed()');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
