import type { FastifyReply, FastifyRequest } from 'fastify';
import { currentContext } from '../context/request-context.js';
import { problemBody, PROBLEM_MEDIA_TYPE, retryAfterSeconds } from './problem-body.js';
import type { ProblemError } from './problem-error.js';

export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: ProblemError): void {
  const correlationId = currentContext()?.correlationId ?? String(reply.getHeader('x-correlation-id') ?? '');
  const body = problemBody(problem, { instance: mountedAt(request) + pathOf(request), correlationId });
  const wait = retryAfterSeconds(problem);
  if (wait !== undefined) void reply.header('retry-after', String(wait));
  const { versions } = problem.extras;
  if (versions) void reply.header('etag', `"${versions.current}"`);
  if (problem.code === 'unauthenticated') void reply.header('www-authenticate', 'Bearer');
  // As bytes: Fastify adds a charset to text, which this media type does not have
  const bytes = Buffer.from(JSON.stringify(body));
  void reply.code(problem.status).header('content-type', PROBLEM_MEDIA_TYPE).send(bytes);
}

/** The path as asked for, without the query, which may carry what nobody should read in a log. */
export function pathOf(request: FastifyRequest): string {
  const url = request.raw.url ?? '';
  const end = url.search(/[?#]/);
  return end < 0 ? url : url.slice(0, end);
}

const PREFIX = /^(?:\/[a-z0-9-]{1,40}){1,4}$/;

/** The part of the caller's path that a front door takes off: with it, `instance` is an address that the caller knows. */
function mountedAt(request: FastifyRequest): string {
  const prefix = request.headers['x-forwarded-prefix'];
  return typeof prefix === 'string' && PREFIX.test(prefix) ? prefix : '';
}
