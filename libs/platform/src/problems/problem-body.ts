import { problemCodes } from '#contracts';
import type { Problem } from '#contracts';
import type { ProblemError } from './problem-error.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** RFC 9457 body of a refusal. `instance` is the path that was asked for. */
export function problemBody(
  error: ProblemError,
  place: { instance?: string | undefined; correlationId?: string | undefined },
): Problem {
  const { status, title, mend } = problemCodes[error.code];
  const { detail, errors, retryAt, pointsMissing, versions } = error.extras;
  return {
    type: `urn:octopus-coupons:problem:${error.code}`,
    title,
    status,
    code: error.code,
    ...(detail !== undefined && { detail }),
    mend,
    ...(place.instance !== undefined && { instance: place.instance }),
    ...(place.correlationId !== undefined && { correlationId: place.correlationId }),
    ...(errors && { errors: [...errors] }),
    ...(retryAt !== undefined && { retryAt }),
    ...(versions && { versions }),
    ...(pointsMissing !== undefined && { pointsMissing }),
  };
}

/** Seconds to wait before the next attempt; undefined where waiting does not help. */
export function retryAfterSeconds(error: ProblemError): number | undefined {
  const { retryAfterSeconds: given } = error.extras;
  if (given !== undefined) return Math.max(1, Math.ceil(given));
  return error.status === 503 || error.status === 429 ? 1 : undefined;
}
