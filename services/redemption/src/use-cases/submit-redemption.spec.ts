import { expect, it } from '@jest/globals';
import { Metrics, type Shutdown } from '#platform';
import { newId } from '#testkit';
import type { RedemptionConfig } from '../config.js';
import type { CouponMemory } from '../memory/coupon-memory.js';
import { RefusalCounts } from '../refusals/refusal-counts.js';
import type { EvidenceTokens } from '../codes/evidence-token.js';
import type { DecideBatch } from './decide-batch.js';
import { SubmitRedemption } from './submit-redemption.js';

const config = {
  REDEMPTION_LANES: 1,
  REDEMPTION_MAX_BATCH: 1,
  REDEMPTION_MAX_WAITING: 1,
  REDEMPTION_MAX_PER_USER: 1,
} as RedemptionConfig;

/** What somebody is told who asks for an unknown coupon while so many others are being looked up. */
async function told(loads: number) {
  let lookUps = 0;
  const memory = { get: () => undefined, loads, load: async () => void (lookUps += 1) };
  const refusals = new RefusalCounts(memory as unknown as CouponMemory, new Metrics());
  const submit = new SubmitRedemption(
    memory as unknown as CouponMemory,
    refusals,
    {} as EvidenceTokens,
    {} as DecideBatch,
    config,
    new Metrics(),
    { register: () => undefined } as unknown as Shutdown,
  );
  const request = {
    tenantId: newId(),
    couponId: newId(),
    userId: newId(),
    means: { kind: 'button' } as const,
    reservationId: newId(),
    fingerprint: newId(),
    correlationId: 'test',
  };
  return { answer: await submit.run(request), lookUps, counters: refusals.size };
}

it('looks an unknown coupon up, and counts nothing under a made-up id', async () => {
  const answer = { refusal: { code: 'coupon_not_found' } };
  expect(await told(63)).toMatchObject({ answer, lookUps: 1, counters: 0 });
});

it('asks for patience where made-up ids already keep the database busy', async () => {
  expect(await told(64)).toEqual({ answer: { kind: 'busy', reason: 'full' }, lookUps: 0, counters: 0 });
});
