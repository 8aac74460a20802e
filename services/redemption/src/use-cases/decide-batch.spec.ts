import { describe, expect, it } from '@jest/globals';
import { Clock, Metrics, type OutboxRelay } from '#platform';
import { newId } from '#testkit';
import { aKnownCoupon, plainAnswer } from '../../test/redemption-fixture.js';
import { Ticket } from '../combiner/ticket.js';
import type { RedeemAnswer } from '../domain/answer.js';
import type { RedeemEntry } from '../domain/batch.js';
import type { Coupon } from '../domain/coupon.js';
import { refusalOf } from '../domain/refusal-words.js';
import { never } from '../domain/rules/rule.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import type { CouponFactsStore } from '../store/coupon-facts.store.js';
import type { Committed, GateAnswer, GateQuestion, GateVerdict } from '../redis/gate-entries.js';
import type { RedemptionGate } from '../redis/redemption-gate.js';
import type { ConfirmRefusals } from './confirm-refusals.js';
import { DecideBatch } from './decide-batch.js';
import type { BatchResult, RunBatch } from './run-batch.js';

interface Script {
  /** By user. */
  readonly gate?: Record<string, GateVerdict>;
  /** What the database says of those that memory or the gate would refuse; absent = nothing against it. */
  readonly confirmed?: Record<string, RedeemAnswer>;
  readonly coupons: readonly Coupon[];
}

const soldOut: RedeemAnswer = { kind: 'refused', refusal: refusalOf(never('sold_out')) };

/** The two stages between stand-ins that note what they were asked. */
function stagesWith({ gate = {}, confirmed = {}, coupons }: Script) {
  const asked: {
    gate: GateQuestion[];
    confirm: string[];
    run: string[];
    settled: Committed[];
    noted: number[][];
  } = {
    gate: [],
    confirm: [],
    run: [],
    settled: [],
    noted: [],
  };
  const memory = new CouponMemory({} as CouponFactsStore);
  coupons.forEach((coupon) => memory.learn(coupon));
  const redis = {
    engages: ({ stock, perUserCap }: Coupon) => stock.max !== null || perUserCap !== null,
    admit: async (_: string, questions: GateQuestion[]): Promise<GateAnswer> => {
      asked.gate.push(...questions);
      return new Map(
        questions.map(
          ({ couponId, userIds }) => [couponId, userIds.map((user) => gate[user] ?? 'admitted')] as const,
        ),
      );
    },
    noteDecided: (_: unknown, decided: number, refused: number) => void asked.noted.push([decided, refused]),
    settle: async (committed: Committed[]) => void asked.settled.push(...committed),
  } as unknown as RedemptionGate;
  const confirm = {
    run: async (entries: RedeemEntry[]) => {
      asked.confirm.push(...entries.map(({ userId }) => userId));
      return entries.map(({ userId }) => confirmed[userId]);
    },
  } as unknown as ConfirmRefusals;
  const run = {
    run: async (entries: RedeemEntry[]) => {
      asked.run.push(...entries.map(({ userId }) => userId));
      return {
        now: 0,
        coupons: new Map(
          coupons.map(({ couponId, version, stock }) => [
            couponId,
            { couponId, version, stock: { ...stock, redeemed: 7, revision: 99 } },
          ]),
        ),
        results: entries.map(({ redemptionId, couponId, userId }) => ({
          uses: 1,
          lastAt: 5,
          outcome: {
            kind: 'accepted',
            answer: { redemptionId, couponId, userId, redeemedAt: '', userRedemptions: 1, ...plainAnswer },
          },
        })),
      };
    },
  } as unknown as RunBatch;
  const relay = { nudge: () => undefined } as OutboxRelay;
  const stages = new DecideBatch(memory, redis, confirm, run, relay, new Clock(), new Metrics());
  return { stages, asked, memory };
}

function ticketFor(coupon: Coupon, userId: string): Ticket<RedeemEntry, RedeemAnswer> {
  return new Ticket<RedeemEntry, RedeemAnswer>(
    {
      tenantId: coupon.tenantId,
      couponId: coupon.couponId,
      userId,
      means: { kind: 'button' },
      reservationId: newId(),
      fingerprint: newId(),
      redemptionId: newId(),
      eventId: newId(),
      correlationId: 'test',
    },
    () => undefined,
  );
}

async function decideAll(script: Script, users: string[], coupon = script.coupons[0] as Coupon) {
  const { stages, asked, memory } = stagesWith(script);
  const tickets = users.map((user) => ticketFor(coupon, user));
  await stages.settle(await stages.screen(tickets));
  await stages.settled();
  const answers = await Promise.all(tickets.map(({ answer }) => answer));
  return { asked, memory, answers: answers.map(({ kind }) => kind) };
}

describe('screening', () => {
  const limited = aKnownCoupon({ stock: { max: 5 } });

  it('answers a refusal by Redis only after the database has confirmed it', async () => {
    const gate = { a: 'refused', b: 'refused' } as const;
    const { asked, answers } = await decideAll({ gate, confirmed: { a: soldOut }, coupons: [limited] }, [
      'a',
      'b',
      'c',
    ]);
    expect(asked.confirm).toEqual(['a', 'b']);
    expect(asked.run).toEqual(['b', 'c']);
    expect(answers).toEqual(['refused', 'accepted', 'accepted']);
    expect(asked.noted).toEqual([
      [1, 1],
      [2, 0],
    ]);
  });

  it('asks neither Redis nor the function where memory already knows, but does confirm', async () => {
    const finished = aKnownCoupon({ stock: { redeemed: 5, max: 5, finished: true } });
    const { asked, answers } = await decideAll({ confirmed: { a: soldOut }, coupons: [finished] }, ['a']);
    expect(asked).toMatchObject({ gate: [], confirm: ['a'], run: [] });
    expect(answers).toEqual(['refused']);
  });

  it('takes only a refusal for numbers for one that Redis could have given', async () => {
    const disabled = aKnownCoupon({ status: 'disabled' });
    const refused: RedeemAnswer = { kind: 'refused', refusal: refusalOf(never('coupon_disabled')) };
    const { asked } = await decideAll({ confirmed: { a: refused, b: soldOut }, coupons: [disabled] }, [
      'a',
      'b',
    ]);
    expect(asked.noted).toEqual([
      [1, 0],
      [1, 1],
    ]);
  });

  it('lets the database decide where memory was wrong', async () => {
    const disabled = aKnownCoupon({ status: 'disabled' });
    const { asked, answers } = await decideAll({ coupons: [disabled] }, ['a']);
    expect(asked).toMatchObject({ confirm: ['a'], run: ['a'] });
    expect(answers).toEqual(['accepted']);
  });

  it('does not bother Redis with a coupon without limits', async () => {
    const { asked } = await decideAll({ coupons: [aKnownCoupon()] }, ['a', 'b']);
    expect(asked).toMatchObject({ gate: [], run: ['a', 'b'], settled: [] });
  });

  it('looks a coupon up that was dropped from memory meanwhile', async () => {
    const { asked } = await decideAll({ coupons: [] }, ['a'], limited);
    expect(asked.confirm).toEqual(['a']);
  });

  it('fails only those that it could not confirm', async () => {
    const { stages } = stagesWith({ gate: { a: 'refused' }, coupons: [limited] });
    const failing = stages as unknown as { confirmRefusals: { run: () => Promise<never> } };
    failing.confirmRefusals.run = () => Promise.reject(new Error('database away'));
    const tickets = ['a', 'b'].map((user) => ticketFor(limited, user));
    await stages.settle(await stages.screen(tickets));
    await expect(tickets[0]?.answer).rejects.toThrow('database away');
    await expect(tickets[1]?.answer).resolves.toMatchObject({ kind: 'accepted' });
  });
});

describe('after the commit', () => {
  it('who ran into a number too large is told so, and Redis is told nothing of that user', async () => {
    const coupon = aKnownCoupon({
      stock: { max: 9 },
      bonus: { pointNameId: newId(), amount: 1n, pointName: 'coin' },
    });
    const { stages, asked } = stagesWith({ coupons: [coupon] });
    const running = stages as unknown as {
      runBatch: { run: (given: RedeemEntry[]) => Promise<BatchResult> };
    };
    const accepting = running.runBatch.run;
    running.runBatch.run = async (given) => {
      const done = await accepting(given);
      return { ...done, results: [...done.results.slice(0, -1), { refused: 'balance_too_large' }] };
    };
    const tickets = ['a', 'b'].map((user) => ticketFor(coupon, user));
    await stages.settle(await stages.screen(tickets));
    await stages.settled();
    expect(await tickets[1]?.answer).toEqual({
      kind: 'refused',
      refusal: {
        code: 'balance_too_large',
        detail: 'With its bonus the user would hold more than 9223372036854775807 coin.',
      },
    });
    expect(asked.settled.flatMap(({ users }) => users.map(({ userId }) => userId))).toEqual(['a']);
  });

  it('memory and Redis learn the numbers', async () => {
    const coupon = aKnownCoupon({ stock: { max: 9 }, perUserCap: 2 });
    const { asked, memory } = await decideAll({ coupons: [coupon] }, ['a', 'b']);
    expect(memory.get(coupon.tenantId, coupon.couponId)?.stock).toMatchObject({ redeemed: 7, revision: 99 });
    expect(asked.settled).toEqual([
      {
        tenantId: coupon.tenantId,
        couponId: coupon.couponId,
        perUserCap: 2,
        timeLimitMs: null,
        stock: { redeemed: 7, max: 9, finished: false, revision: 99 },
        users: [
          { userId: 'a', uses: 1, lastAt: 5 },
          { userId: 'b', uses: 1, lastAt: 5 },
        ],
      },
    ]);
  });
});
