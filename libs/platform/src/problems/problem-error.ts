import { problemCodes } from '#contracts';
import type { FieldError, ProblemCode } from '#contracts';

export interface ProblemExtras {
  /** What was wrong this time, for a person. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** RFC 3339 instant of the next attempt that may succeed. */
  readonly retryAt?: string;
  /** Answered as header Retry-After. */
  readonly retryAfterSeconds?: number;
}

/** A refusal that the caller is told: becomes an application/problem+json answer with the code's status. */
export class ProblemError extends Error {
  constructor(
    readonly code: ProblemCode,
    readonly extras: ProblemExtras = {},
    options?: ErrorOptions,
  ) {
    super(extras.detail ?? problemCodes[code].title, options);
    this.name = 'ProblemError';
  }

  get status(): number {
    return problemCodes[this.code].status;
  }
}
