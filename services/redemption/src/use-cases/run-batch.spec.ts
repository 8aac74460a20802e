import { describe, expect, it } from '@jest/globals';
import { Log } from '#platform';
import { newId } from '#testkit';
import { aKnownCoupon, plainAnswer } from '../../test/redemption-fixture.js';
import type { BatchOutcome, RedeemEntry } from '../domain/batch.js';
import type { Coupon } from '../domain/coupon.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import type { CouponFactsStore } from '../store/coupon-facts.store.js';
import type { RedemptionBatchStore } from '../store/redemption-batch.store.js';
import { type EntryResult, RunBatch } from './run-batch.js';

const log = new Log({ level: 'silent' });
const coupon = aKnownCoupon();

function entries(count: number): RedeemEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    tenantId: coupon.tenantId,
    couponId: coupon.couponId,
    userId: `user-${index}`,
    means: { kind: 'button' },
    reservationId: newId(),
    fingerprint: newId(),
    redemptionId: newId(),
    eventId: newId(),
    correlationId: 'test',
  }));
}

type Redeem = RedemptionBatchStore['redeem'];

function runnerOver(redeem: Redeem, row: () => Coupon | Promise<Coupon> = () => coupon) {
  const calls: string[][] = [];
  const store = {
    redeem: (given: readonly RedeemEntry[], known: ReadonlyMap<string, Coupon>) => {
      calls.push(given.map(({ userId }) => userId));
      return redeem(given, known);
    },
  } as RedemptionBatchStore;
  const memory = new CouponMemory({
    read: async () => ({ coupons: new Map([[coupon.couponId, await row()]]) }),
  } as unknown as CouponFactsStore);
  memory.learn(coupon);
  return { runner: new RunBatch(store, memory, log), calls, memory };
}

function allAccepted(given: readonly RedeemEntry[]): BatchOutcome {
  return {
    now: 0,
    coupons: [{ couponId: coupon.couponId, version: 1, stock: coupon.stock }],
    entries: given.map(({ redemptionId, couponId, userId }) => ({
      uses: 1,
      lastAt: null,
      outcome: {
        kind: 'accepted',
        answer: { redemptionId, couponId, userId, redeemedAt: '', userRedemptions: 1, ...plainAnswer },
      },
    })),
  };
}

function coded(code: string): Error {
  return Object.assign(new Error(code), { code });
}

const kinds = (results: readonly EntryResult[]): string[] =>
  results.map((result) => ('outcome' in result ? result.outcome.kind : 'error'));

describe('RunBatch', () => {
  it('lets one bad entry of 64 fail alone', async () => {
    const { runner, calls } = runnerOver(async (given) => {
      if (given.some(({ userId }) => userId === 'user-41')) throw coded('22P02');
      return allAccepted(given);
    });
    const { results } = await runner.run(entries(64));
    const failed = kinds(results).flatMap((kind, place) => (kind === 'accepted' ? [] : [place]));
    expect(failed).toEqual([41]);
    expect(calls.length).toBeLessThanOrEqual(1 + 2 * Math.log2(64));
  });

  it.each(['40P01', '40001', '23505', '57P01', '08006', 'ECONNRESET'])(
    'runs the same batch again after %s',
    async (code) => {
      let tries = 0;
      const { runner, calls } = runnerOver(async (given) => {
        if ((tries += 1) === 1) throw coded(code);
        return allAccepted(given);
      });
      const given = entries(3);
      expect(kinds((await runner.run(given)).results)).toEqual(['accepted', 'accepted', 'accepted']);
      expect(calls).toEqual([given.map(({ userId }) => userId), given.map(({ userId }) => userId)]);
    },
  );

  it('refuses the one entry whose bonus does not fit into the balance, and no other', async () => {
    const { runner } = runnerOver(async (given) => {
      if (given.some(({ userId }) => userId === 'user-5')) throw coded('22003');
      return allAccepted(given);
    });
    const { results } = await runner.run(entries(8));
    expect(results[5]).toEqual({ refused: 'balance_too_large' });
    expect(kinds(results).filter((kind) => kind === 'accepted')).toHaveLength(7);
  });

  it('runs it again when a balance that it could not lock was spent meanwhile, and for no other check', async () => {
    const spent = Object.assign(coded('23514'), { constraint: 'points_never_negative' });
    const errors: Error[] = [spent];
    const { runner, calls } = runnerOver(async (given) => {
      const error = errors.shift();
      if (error !== undefined) throw error;
      return allAccepted(given);
    });
    expect(kinds((await runner.run(entries(1))).results)).toEqual(['accepted']);
    expect(calls).toHaveLength(2);
    errors.push(Object.assign(coded('23514'), { constraint: 'coupon_check' }));
    expect(kinds((await runner.run(entries(1))).results)).toEqual(['error']);
    expect(calls).toHaveLength(3);
  });

  it('runs it again when the connection was lost without a word', async () => {
    let tries = 0;
    const { runner } = runnerOver(async (given) => {
      if ((tries += 1) === 1) throw new Error('Connection terminated unexpectedly');
      return allAccepted(given);
    });
    expect(kinds((await runner.run(entries(1))).results)).toEqual(['accepted']);
  });

  it('gives up after three tries, all entries with the error', async () => {
    const { runner, calls } = runnerOver(() => Promise.reject(coded('40P01')));
    const { results } = await runner.run(entries(4));
    expect(kinds(results)).toEqual(['error', 'error', 'error', 'error']);
    expect(calls).toHaveLength(3);
  });

  it('lets one entry whose key conflicts for good fail alone', async () => {
    const { runner } = runnerOver(async (given) => {
      if (given.some(({ userId }) => userId === 'user-2')) throw coded('23505');
      return allAccepted(given);
    });
    expect(kinds((await runner.run(entries(4))).results)).toEqual([
      'accepted',
      'accepted',
      'error',
      'accepted',
    ]);
  });

  it('does not cut up a batch because the server is busy', async () => {
    const { runner, calls } = runnerOver(() => Promise.reject(coded('57014')));
    await runner.run(entries(8));
    expect(calls).toHaveLength(1);
  });

  it('lets a batch of many coupons wait in vain for three of them, and no longer', async () => {
    const { runner, calls } = runnerOver(() => Promise.reject(coded('57014')));
    const given = entries(8).map((entry) => ({ ...entry, couponId: newId() }));
    const { results } = await runner.run(given);
    expect(kinds(results)).toEqual(given.map(() => 'error'));
    expect(calls.map(({ length }) => length)).toEqual([8, 1, 1, 1]);
  });

  it('reads new terms afresh, whatever a look-up that began before them will find', async () => {
    const looksUp = Promise.withResolvers<Coupon>();
    let times = 0;
    const row = () => ((times += 1) === 1 ? looksUp.promise : { ...coupon, version: 2 });
    const { runner, memory } = runnerOver(async (given, known) => {
      const done = allAccepted(given);
      if (known.get(coupon.couponId)?.version === 2) return done;
      setImmediate(() => looksUp.resolve(coupon));
      const stale = { uses: 0, lastAt: null, outcome: { kind: 'stale' as const } };
      return { ...done, entries: given.map(() => stale) };
    }, row);
    const lookUp = memory.load(coupon.tenantId, coupon.couponId);
    // It gathers others for a turn, then asks.
    await new Promise((resolve) => setImmediate(resolve));
    expect(times).toBe(1);
    expect(kinds((await runner.run(entries(2))).results)).toEqual(['accepted', 'accepted']);
    await lookUp;
    expect(memory.get(coupon.tenantId, coupon.couponId)?.version).toBe(2);
  });

  it('decides entries on new terms once more, on the version that was loaded', async () => {
    const seen: number[] = [];
    const { runner, calls } = runnerOver(
      async (given, known) => {
        seen.push(known.get(coupon.couponId)?.version ?? 0);
        const done = allAccepted(given);
        if (known.get(coupon.couponId)?.version === 2) return done;
        return {
          ...done,
          entries: done.entries.map((entry, place) =>
            place === 1 ? entry : { uses: 0, lastAt: null, outcome: { kind: 'stale' as const } },
          ),
        };
      },
      () => ({ ...coupon, version: 2 }),
    );
    expect(kinds((await runner.run(entries(3))).results)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(seen).toEqual([1, 2]);
    expect(calls[1]).toEqual(['user-0', 'user-2']);
  });

  it('does so once only', async () => {
    const { runner, calls } = runnerOver(async (given) => ({
      ...allAccepted(given),
      entries: given.map(() => ({ uses: 0, lastAt: null, outcome: { kind: 'stale' as const } })),
    }));
    expect(kinds((await runner.run(entries(2))).results)).toEqual(['stale', 'stale']);
    expect(calls).toHaveLength(2);
  });
});
