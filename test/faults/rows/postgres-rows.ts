import { type Fate, newId } from '#testkit';
import type { Trial } from '../arena.js';
import type { LoadOptions } from '../client.js';
import { causeDeadlocks } from '../deadlocks.js';
import { fateOfSome } from '../fates.js';
import { holdLocks } from '../locks.js';
import type { Intent } from '../history.js';
import { ProvesNothing } from '../proves-nothing.js';
import { aCrowd, type Crowd, disturbed, type Row } from '../row.js';

export const postgresRows: readonly Row[] = [
  {
    id: 'postgres-crashes-mid-batch',
    run: disturbed((trial, crowd) => [[trial.random.between(20, 120), () => crash(trial, crowd)]]),
  },
  {
    id: 'postgres-commit-reply-lost',
    run: disturbed((trial) => onBatches(trial, 'lose-reply')),
  },
  {
    id: 'postgres-orphaned-backends',
    run: disturbed((trial) => onBatches(trial, 'orphan')),
  },
  {
    id: 'postgres-requests-cut',
    run: disturbed((trial) => onBatches(trial, 'cut')),
  },
  {
    // The process loses a backend that still waits for the coupon's lock, and asks again beside it.
    id: 'postgres-cut-while-waiting-for-the-lock',
    run: disturbed((trial, { coupons }) => [
      [
        trial.random.between(20, 100),
        async () => {
          trial.note('somebody holds the lock of every coupon');
          const all = coupons.map(({ couponId }) => couponId);
          await holdLocks(trial, all, async ({ waitedFor }) => {
            for (let nth = 0; nth < 3; nth += 1) {
              await waitedFor();
              await pause(trial.random.between(50, 400));
              trial.note('all connections to PostgreSQL are cut');
              trial.arena.postgres.cut();
            }
          });
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
    run: async (trial) => {
      // In one lane, so that coupons share batches; without limits, so that every request takes the lock of its coupon.
      const oneLane = { REDEMPTION_LANES: '1' };
      await trial.arena.processes.have(2, [oneLane, oneLane]);
      const { users, intents } = await aCrowd(trial);
      const coupons = [await trial.coupon(), await trial.coupon()];
      await trial.clients.load(intents);
      await trial.clients.loadWhile(causeDeadlocks(trial, coupons), () => trial.intent(users, coupons));
    },
  },
  {
    // One row that the database refuses, whoever it is batched with.
    id: 'bad-entry-in-a-batch',
    run: async (trial) => {
      await trial.arena.processes.have(1);
      const users = await trial.followers(64);
      const { couponId } = await trial.coupon({ maxRedemptions: 64 });
      const [cursed = '', early = '', ...others] = users;
      const intentOf = (userId: string): Intent => ({ key: newId(), userId, couponId });
      const once = { width: 64, tries: 1, twins: 0 };
      await curse(trial, cursed);
      try {
        // While an early batch waits for the lock, the others gather behind it.
        const load: Promise<void>[] = [];
        await holdLocks(trial, [couponId], async ({ waitedFor }) => {
          load.push(trial.clients.load([intentOf(early)], once));
          await waitedFor();
          load.push(trial.clients.load(trial.random.shuffled([cursed, ...others]).map(intentOf), once));
          await pause(500);
        });
        await Promise.all(load);
      } finally {
        await lift(trial);
      }
      const fared = (isCursed: boolean): string[] =>
        trial.arena.history.calls
          .filter(({ userId }) => (userId === cursed) === isCursed)
          .map(({ code }) => code);
      if (fared(true).includes('accepted')) throw new ProvesNothing('the curse does nothing');
      const wrong = fared(false).filter((code) => code !== 'accepted');
      if (wrong.length > 0) throw new Error(`others in its batch got ${[...new Set(wrong)].join(', ')}`);
    },
  },
];

/** A backend dies by SIGKILL while it waits in the middle of a batch; PostgreSQL ends all others, and recovers from its log. */
async function crash(trial: Trial, { coupons }: Crowd): Promise<void> {
  // The one without a limit: it is wanted until the end.
  const couponId = coupons.at(-1)?.couponId ?? '';
  await holdLocks(trial, [couponId], async ({ waitedFor }) => {
    const [victim = NaN] = await waitedFor();
    trial.note('PostgreSQL crashes');
    process.kill(victim, 'SIGKILL');
  });
}

function onBatches(trial: Trial, fate: Fate): Exclude<LoadOptions['at'], undefined> {
  return fateOfSome(trial, trial.arena.postgres, {
    fate,
    isMeant: (sent) => sent.includes('redeem_batch'),
    share: 0.25,
    from: trial.random.between(10, 60),
    until: 200,
  });
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
    'CREATE TRIGGER cursed BEFORE INSERT ON redemption FOR EACH ROW EXECUTE FUNCTION refuse_cursed()',
  );
}

async function lift(trial: Trial): Promise<void> {
  const pool = trial.arena.database.ownerPool();
  await pool.query('DROP TRIGGER cursed ON redemption');
  await pool.query('DROP FUNCTION refuse_cursed()');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
