import type { RedemptionView } from '#contracts';
import { type CommandOutcome, ProblemError } from '#platform';
import type { CodeAnswer } from '../domain/code-answer.js';
import { outcomeOrProblem } from './answer-problem.js';

/** @throws ProblemError unless it was accepted */
export function codeOutcomeOrProblem(answer: CodeAnswer): CommandOutcome<RedemptionView> {
  switch (answer.kind) {
    case 'code_refused':
      throw new ProblemError(answer.code, { detail: answer.detail });
    case 'too_many_failures':
      throw new ProblemError('rate_limited', {
        detail: 'Too many codes were not genuine.',
        retryAfterSeconds: answer.retryAfterSeconds,
      });
    default:
      return outcomeOrProblem(answer);
  }
}
