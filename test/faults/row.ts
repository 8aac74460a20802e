import type { CouponSnapshot } from '#contracts';
import type { Arena, Trial } from './arena.js';
import { violationsIn } from './checks.js';
import type { LoadOptions } from './client.js';
import { gather } from './evidence.js';
import type { Intent } from './history.js';
import { ProvesNothing, withFurtherSeeds } from './proves-nothing.js';
import { shortestStory } from './story.js';

/** One kind of torment. It sends a load, disturbs it, and leaves everything running. */
export interface Row {
  id: string;
  clockWasMoved?: boolean;
  run(trial: Trial): Promise<void>;
}

/** @throws Error whose message is the shortest violating story, and how to see it again */
export async function runRow(arena: Arena, row: Row, seed: number): Promise<void> {
  await withFurtherSeeds(seed, (one) => runOnce(arena, row, one));
}

/** Resolves with what kept the fault from coming about. What went wrong all the same is thrown, as of every run. */
async function runOnce(arena: Arena, row: Row, seed: number): Promise<ProvesNothing | undefined> {
  const trial = await arena.begin(row.id, seed);
  const told = (said: string): string =>
    `${row.id}, seed ${seed}: ${said}\nagain: npm run test:faults -- --row ${row.id} --seed ${seed}\n${arena.processes.logs()}`;
  try {
    const nothing = await row.run(trial).then(() => undefined, onlyProvesNothing);
    await judge(trial, row);
    return nothing && new ProvesNothing(told(`the row proves nothing: ${nothing.message}`));
  } catch (error) {
    arena.history.save();
    throw new Error(told(error instanceof Error ? error.message : String(error)), { cause: error });
  } finally {
    await arena.heal();
  }
}

async function judge(trial: Trial, row: Row): Promise<void> {
  await trial.arena.heal();
  await trial.clients.sweep();
  const facts = await gather(trial, row);
  const violations = violationsIn(facts);
  for (const claim of trial.claims) violations.push(...(await claim(facts)));
  if (violations.length > 0) throw new Error(shortestStory(violations, trial.arena.history));
}

function onlyProvesNothing(error: unknown): ProvesNothing {
  if (error instanceof ProvesNothing) return error;
  throw error;
}

export interface Crowd {
  users: string[];
  coupons: CouponSnapshot[];
  intents: Intent[];
}

/** Users enough to sell one coupon out, one with room, and one without any limit, which Redis is not asked about. */
export async function aCrowd(trial: Trial, { users = 40, intents = 240 } = {}): Promise<Crowd> {
  const followers = await trial.followers(users);
  const coupons = await Promise.all([
    trial.coupon({ maxRedemptions: Math.floor(users * 0.6), maxRedemptionsPerUser: 1 }),
    trial.coupon({ maxRedemptions: users * 2, maxRedemptionsPerUser: 3 }),
    trial.coupon(),
  ]);
  return { users: followers, coupons, intents: trial.intents(intents, followers, coupons) };
}

/** The usual: a crowd, and something done to the system at certain points of its load. */
export function disturbed(
  at: (trial: Trial, crowd: Crowd) => Exclude<LoadOptions['at'], undefined>,
  options: { processes?: number; env?: Record<string, string>; users?: number; intents?: number } = {},
): (trial: Trial) => Promise<void> {
  return async (trial) => {
    const { processes = 2, env = {} } = options;
    await trial.arena.processes.have(
      processes,
      Array.from({ length: processes }, () => env),
    );
    const crowd = await aCrowd(trial, options);
    await trial.clients.load(crowd.intents, { at: at(trial, crowd) });
  };
}
