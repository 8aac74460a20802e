import type { ProblemCode, RedemptionView } from '#contracts';
import { CommandOutcome, keyReused, ProblemError } from '#platform';
import type { RedeemAnswer } from '../domain/answer.js';

const RETRY_AFTER_SECONDS = 1;

/** Why nothing was decided, as the caller is told. Refusals by the rules carry their problem code themselves. */
const busyProblems: Record<Extract<RedeemAnswer, { kind: 'busy' }>['reason'], ProblemCode> = {
  full: 'overloaded',
  terms_changing: 'overloaded',
  user_busy: 'rate_limited',
};

/** @throws ProblemError unless it was accepted */
export function outcomeOrProblem(answer: RedeemAnswer): CommandOutcome<RedemptionView> {
  if (answer.kind === 'accepted') {
    return new CommandOutcome({ status: 201, body: answer.view, replayed: answer.isReplay });
  }
  throw problemOf(answer);
}

function problemOf(answer: Exclude<RedeemAnswer, { kind: 'accepted' }>): ProblemError {
  switch (answer.kind) {
    case 'refused': {
      const { code, ...extras } = answer.refusal;
      return new ProblemError(code, extras);
    }
    case 'key_reused':
      return keyReused();
    case 'busy':
      return new ProblemError(busyProblems[answer.reason], { retryAfterSeconds: RETRY_AFTER_SECONDS });
  }
}
