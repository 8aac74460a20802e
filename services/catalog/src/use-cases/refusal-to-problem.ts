import { ProblemError } from '#platform';
import type { Decision } from '../domain/refusal.js';

/** The accepted value; a refusal leaves the transaction, which rolls back, and becomes the caller's problem document. */
export function valueOf<Accepted>(decision: Decision<Accepted>): Accepted {
  if (decision.accepted) return decision.value;
  const { code, ...extras } = decision.refusal;
  throw new ProblemError(code, extras);
}
