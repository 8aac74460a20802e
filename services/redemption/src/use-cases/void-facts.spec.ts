import { describe, expect, it } from '@jest/globals';
import { newId } from '#testkit';
import type { OwedCall, Voided } from '../domain/void.js';
import { voidFacts } from './void-facts.js';

const call: OwedCall = {
  fulfilmentId: newId(),
  couponId: newId(),
  channelId: newId(),
  partnerId: newId(),
  userId: newId(),
  triggerId: newId(),
  unitsResource: 'MB',
  units: 4,
  round: 2,
  attempts: 3,
  state: 'pending',
};

const plain: Voided = {
  redemptionId: newId(),
  voidedBy: newId(),
  reason: null,
  couponId: newId(),
  channelId: newId(),
  userId: newId(),
  storeId: null,
  cashierId: null,
  redeemedAt: '2026-11-22T10:00:00.000Z',
  voidedAt: '2026-11-22T10:10:00.000Z',
  usesLeft: 0,
  lastAt: null,
  perUserCap: null,
  timeLimitSeconds: null,
  stock: { redeemed: 0, max: null, finished: false, revision: 3 },
  price: null,
  bonus: null,
  units: null,
  call: null,
};

describe('the facts of a void', () => {
  it('are one where the redemption moved nothing', () => {
    const { voided, points, calls } = voidFacts(newId(), plain);
    expect(voided.data.returned).toEqual({ price: null, bonus: null, units: null, fulfilmentId: null });
    expect({ points, calls }).toEqual({ points: [], calls: [] });
  });

  it('say of a call that nobody has made that it never will be', () => {
    const { calls } = voidFacts(newId(), { ...plain, call });
    expect(calls).toMatchObject([
      { name: 'fulfilment-failed', data: { reason: 'voided', round: 2, attempts: 3, lastStatus: null } },
    ]);
  });

  it.each(['in_flight', 'succeeded', 'failed'] as const)(
    'leave what becomes of a call that is %s to whoever made it',
    (state) => {
      const { voided, calls } = voidFacts(newId(), { ...plain, call: { ...call, state } });
      expect(calls).toEqual([]);
      const named = state === 'succeeded' ? null : call.fulfilmentId;
      expect(voided.data.returned.fulfilmentId).toBe(named);
    },
  );
});
