import { ProblemError } from '../problems/problem-error.js';

export const IDEMPOTENCY_KEY = 'idempotency-key';

/** The key stands for another request: nothing of this one was done, and what the first one did stands. */
export function keyReused(): ProblemError {
  return new ProblemError('idempotency_key_reused', {
    errors: [
      { pointer: `header/${IDEMPOTENCY_KEY}`, message: 'came to this address with another body before' },
    ],
  });
}
