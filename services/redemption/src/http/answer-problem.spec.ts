import { describe, expect, it } from '@jest/globals';
import { ProblemError } from '#platform';
import { plainAnswer } from '../../test/redemption-fixture.js';
import type { RedeemAnswer } from '../domain/answer.js';
import { outcomeOrProblem } from './answer-problem.js';

const view = {
  redemptionId: 'r',
  couponId: 'c',
  userId: 'u',
  redeemedAt: '2026-11-22T12:00:00.000Z',
  userRedemptions: 1,
  ...plainAnswer,
};

function problemOf(answer: RedeemAnswer): ProblemError {
  try {
    outcomeOrProblem(answer);
  } catch (error) {
    if (error instanceof ProblemError) return error;
    throw error;
  }
  throw new Error('no problem');
}

describe('outcomeOrProblem', () => {
  it.each([true, false])('answers an acceptance with 201; a replay (%p) says that it is one', (isReplay) => {
    expect(outcomeOrProblem({ kind: 'accepted', view, isReplay })).toMatchObject({
      status: 201,
      body: view,
      replayed: isReplay,
    });
  });

  it('passes a refusal on with its words and its next instant', () => {
    const retryAt = '2026-11-23T00:00:00.000Z';
    const refusal = { code: 'coupon_not_started' as const, detail: 'Starts tomorrow.', retryAt };
    expect(problemOf({ kind: 'refused', refusal })).toMatchObject({
      code: 'coupon_not_started',
      status: 409,
      extras: { detail: 'Starts tomorrow.', retryAt },
    });
  });

  it('refuses a key that stands for another request', () => {
    expect(problemOf({ kind: 'key_reused' })).toMatchObject({ code: 'idempotency_key_reused', status: 422 });
  });

  it.each([
    ['full', 'overloaded', 503],
    ['terms_changing', 'overloaded', 503],
    ['user_busy', 'rate_limited', 429],
  ] as const)('says when to come back when %s', (reason, code, status) => {
    expect(problemOf({ kind: 'busy', reason })).toMatchObject({
      code,
      status,
      extras: { retryAfterSeconds: 1 },
    });
  });
});
