import type { FastifyBodyParser, FastifyInstance } from 'fastify';
import { ProblemError } from '../problems/problem-error.js';

/**
 * JSON, with an empty body taken as no body: clients send the content type with every POST. Keys `__proto__` and
 * `constructor.prototype` are refused, not followed.
 */
export function emptyableJsonParser(
  fastify: Pick<FastifyInstance, 'getDefaultJsonParser'>,
): FastifyBodyParser<string> {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  return (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    return parse(request, body, (error, value) => done(error && malformed(error), value));
  };
}

function malformed(cause: Error): ProblemError {
  return new ProblemError('malformed_json', { detail: cause.message }, { cause });
}
