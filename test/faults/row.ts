import type { CouponSnapshot } from '#contracts';
import type { Arena, Trial } from './arena.js';
import { violationsIn } from './checks.js';
import type { LoadOptions } from './client.js';
import { gather } from './evidence.js';
import type { Intent } from './history.js';
import { shortestStory } from './story.js';

/** One kind of torment. It sends a load, disturbs it, and leaves everything running. */
export interface Row {
  id: string;
  /** Part of `npm test`. */
  short?: boolean;
  clockWasMoved?: boolean;
  run(trial: Trial): Promise<void>;
}

/** @throws Error whose message is the shortest violating story, and how to see it again */
export async function runRow(arena: Arena, row: Row, seed: number): Promise<void> {
  const trial = await arena.begin(row.id, seed);
  try {
    await row.run(trial);
    await arena.heal();
    await trial.clients.sweep();
    const facts = await gather(trial, row);
    const violations = violationsIn(facts);
    for (const claim of trial.claims) violations.push(...(await claim(facts)));
    if (violations.length > 0) throw new Error(shortestStory(violations, arena.history));
  } catch (error) {
    arena.history.save();
    const again = `again: npm run test:faults -- --row ${row.id} --seed ${seed}`;
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`${row.id}, seed ${seed}: ${said}\n${again}\n${arena.processes.logs()}`, {
      cause: error,
    });
  } finally {
    await arena.heal();
  }
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
  options: { processes?: number; users?: number; intents?: number } = {},
): (trial: Trial) => Promise<void> {
  return async (trial) => {
    await trial.arena.processes.have(options.processes ?? 2);
    const crowd = await aCrowd(trial, options);
    await trial.clients.load(crowd.intents, { at: at(trial, crowd) });
  };
}
