import { setTimeout as sleep } from 'node:timers/promises';
import type { CouponSnapshot } from '#contracts';
import { eventually } from '#testkit';
import type { Trial } from './arena.js';
import { holding, type Holder } from './locks.js';
import { ProvesNothing } from './proves-nothing.js';

const LIMIT_MS = 90_000;
const WANTED = 2;

/**
 * Needs a load on both coupons. Takes the lock that batches take last, waits until a batch waits for it, and asks for the
 * one that they take first: if the batch is on both coupons, neither can go on.
 */
export async function causeDeadlocks(trial: Trial, coupons: readonly CouponSnapshot[]): Promise<void> {
  const [first = '', last = ''] = coupons.map(({ couponId }) => couponId).sort();
  const before = await deadlocks(trial);
  trial.note('somebody locks coupons in the wrong order');
  const end = Date.now() + LIMIT_MS;
  // Where our own transaction was the one that was ended, the batches have not noticed anything.
  for (let ofBatches = 0; ofBatches < WANTED;) {
    if (Date.now() > end) throw new ProvesNothing(`${ofBatches} batches ended in a deadlock`);
    if ((await holding(trial, (holder) => wrongOrder(holder, first, last))) === 'the batch was ended') {
      trial.note('a batch ended in a deadlock');
      ofBatches += 1;
    }
  }
  // A backend tells of it some seconds later.
  await eventually(
    async () => {
      if ((await deadlocks(trial)) < before + WANTED)
        throw new ProvesNothing('PostgreSQL knows of no deadlock');
    },
    { timeoutMs: LIMIT_MS },
  );
}

type WhatCame = 'no deadlock' | 'the batch was ended' | 'we were ended';

async function wrongOrder(holder: Holder, first: string, last: string): Promise<WhatCame> {
  await holder.lock(last);
  await holder.waitedFor();
  let isAsking = true;
  const asked = holder
    .lock(first)
    .then(
      () => 'given' as const,
      (error: { code?: string }) => {
        if (error.code === '40P01') return 'deadlock' as const;
        throw error;
      },
    )
    .finally(() => (isAsking = false));
  let circle = false;
  while (isAsking && !circle) {
    circle = await holder.isInACircle();
    await sleep(5);
  }
  if ((await asked) === 'deadlock') return 'we were ended';
  return circle ? 'the batch was ended' : 'no deadlock';
}

/** How many PostgreSQL has ended so far in this database. */
async function deadlocks(trial: Trial): Promise<number> {
  const { rows } = await trial.arena.database
    .ownerPool()
    .query<{ deadlocks: string }>(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
  return Number(rows[0]?.deadlocks ?? 0);
}
