import type { FastifyReply, FastifyRequest } from 'fastify';
import { type FieldError, type Problem, type ProblemCode, problemCodes } from '#contracts';

export interface ProblemDetails {
  detail?: string;
  errors?: FieldError[];
  /** Becomes the header Retry-After. */
  retryAfterSeconds?: number;
}

/** The same problem document that the services answer with. */
export function problemDocument(
  code: ProblemCode,
  { instance, correlationId, detail, errors }: ProblemDetails & { instance: string; correlationId: string },
): Problem {
  const { status, title, mend } = problemCodes[code];
  return {
    type: `urn:octopus-coupons:problem:${code}`,
    title,
    status,
    code,
    mend,
    instance,
    correlationId,
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
  };
}

export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  code: ProblemCode,
  details: ProblemDetails = {},
): void {
  const instance = request.raw.url?.split('?', 1)[0] ?? '';
  const document = problemDocument(code, { ...details, instance, correlationId: request.id });
  if (details.retryAfterSeconds !== undefined) void reply.header('retry-after', details.retryAfterSeconds);
  // Serialised here: this is no application/json to Fastify.
  void reply
    .code(document.status)
    .header('content-type', 'application/problem+json')
    .send(JSON.stringify(document));
}
