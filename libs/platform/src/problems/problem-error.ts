import { problemCodes } from '#contracts';
import type { FieldError, ProblemCode } from '#contracts';

export interface ProblemExtras {
  /** What was wrong this time, for a person. */
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** RFC 3339 instant of the next attempt that may succeed. */
  readonly retryAt?: string;
  /** A whole number as text: how many points the user lacks. */
  readonly pointsMissing?: string;
  /** Version that the caller's change was made from, and that of the resource, which is answered as its ETag, too. */
  readonly versions?: { readonly expected: number; readonly current: number };
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
    const { status, title } = problemCodes[code];
    const depth = Error.stackTraceLimit;
    // Nobody reads where in our code a caller was refused; finding out costs 6 µs, a third of such an answer.
    if (status < 500) Error.stackTraceLimit = 0;
    super(extras.detail ?? title, options);
    Error.stackTraceLimit = depth;
    this.name = 'ProblemError';
  }

  get status(): number {
    return problemCodes[this.code].status;
  }
}
