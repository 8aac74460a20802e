import { HttpException } from '@nestjs/common';
import type { ProblemCode } from '#contracts';
import { classifyError } from '../kafka/classify-error.js';
import { ProblemError } from './problem-error.js';
import type { ProblemExtras } from './problem-error.js';

/** What Fastify's router refuses by itself, before any hook. */
const ROUTER_REFUSALS: Readonly<Record<string, { code: ProblemCode } & ProblemExtras>> = {
  FST_ERR_BAD_URL: { code: 'invalid_request', detail: 'The path is not a valid URL: percent-encode it.' },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'not_found', detail: 'A part of the path is too long to be an id.' },
};

const CODES: Readonly<Record<number, ProblemCode>> = {
  400: 'invalid_request',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'request_timeout',
  413: 'payload_too_large',
  415: 'unsupported_media_type',
  429: 'rate_limited',
  431: 'headers_too_large',
  503: 'unavailable',
};

/** What of the request helps the caller to mend it. */
export interface Asked {
  /** Bytes that the route takes. */
  readonly bodyLimit?: number | undefined;
  readonly contentType?: string | undefined;
}

/**
 * Every thrown value as one of our problems: `unavailable` when a server behind us is away, `internal` for whatever
 * nobody foresaw. The cause is kept for the log.
 */
export function problemFrom(error: unknown, asked: Asked = {}): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof HttpException) return fromStatus(error.getStatus(), error, asked);
  const refusal = ROUTER_REFUSALS[codeOf(error)];
  if (refusal) return new ProblemError(refusal.code, refusal, { cause: error });
  const code = classifyError(error) === 'infrastructure' ? 'unavailable' : 'internal';
  return new ProblemError(code, {}, { cause: error });
}

/** Nest hands on Fastify's own refusals as exceptions with their status; their texts are not meant for callers. */
function fromStatus(status: number, cause: HttpException, asked: Asked): ProblemError {
  const code = CODES[status] ?? (status < 500 ? 'invalid_request' : 'internal');
  return new ProblemError(code, extrasOf(code, asked), { cause });
}

function extrasOf(code: ProblemCode, { bodyLimit, contentType }: Asked): ProblemExtras {
  if (code === 'payload_too_large' && bodyLimit !== undefined)
    return { detail: `The route takes at most ${bodyLimit} bytes.` };
  if (code === 'unsupported_media_type') {
    const message = `is ${contentType?.slice(0, 100) ?? 'missing'}, which this route does not take`;
    return { errors: [{ pointer: 'header/content-type', message }] };
  }
  return {};
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : '';
}
