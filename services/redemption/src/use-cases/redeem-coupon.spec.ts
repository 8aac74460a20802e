import { expect, it } from '@jest/globals';
import { type CommandRequest, Metrics, type Shutdown } from '#platform';
import { newId } from '#testkit';
import type { RedemptionConfig } from '../config.js';
import type { CouponMemory } from '../memory/coupon-memory.js';
import type { DecideBatch } from './decide-batch.js';
import { RedeemCoupon } from './redeem-coupon.js';

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
  const redeem = new RedeemCoupon(
    memory as unknown as CouponMemory,
    {} as DecideBatch,
    config,
    new Metrics(),
    { register: () => undefined } as unknown as Shutdown,
  );
  const command = {
    principal: { tenantId: newId(), subject: newId() },
    idempotencyKey: 'key',
    route: 'route',
    bodyHash: 'hash',
    correlationId: 'test',
  } as unknown as CommandRequest;
  return { answer: await redeem.run(command, newId()), lookUps };
}

it('looks an unknown coupon up', async () => {
  expect(await told(63)).toMatchObject({ answer: { refusal: { code: 'coupon_not_found' } }, lookUps: 1 });
});

it('asks for patience where made-up ids already keep the database busy', async () => {
  expect(await told(64)).toEqual({ answer: { kind: 'busy', reason: 'full' }, lookUps: 0 });
});
