import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { principalOf } from '../auth/access.decorators.js';
import { currentContext } from '../context/request-context.js';
import { ProblemError } from '../problems/problem-error.js';
import { bodyHash } from './canonical-json.js';
import type { CommandRequest } from './command-request.js';
import { IDEMPOTENCY_KEY } from './key-reused.js';

const VISIBLE_ASCII = /^[\x21-\x7e]{1,200}$/;

/** Reads the command out of a request; refuses one without a well-formed Idempotency-Key. */
export function commandRequestOf(request: FastifyRequest): CommandRequest {
  const key = request.headers[IDEMPOTENCY_KEY];
  if (typeof key !== 'string' || !VISIBLE_ASCII.test(key)) {
    const message = key === undefined ? 'is required' : 'must be 1 to 200 visible ASCII characters';
    throw new ProblemError('idempotency_key_missing', {
      errors: [{ pointer: `header/${IDEMPOTENCY_KEY}`, message }],
    });
  }
  return {
    principal: principalOf(request),
    idempotencyKey: key,
    route: routeOf(request),
    bodyHash: bodyHash(request.body),
    correlationId: currentContext()?.correlationId ?? '',
  };
}

/** `POST /v1/coupons/:couponId/publish couponId=0198…`; lower case, as ids are compared. */
function routeOf(request: FastifyRequest): string {
  let route = `${request.method} ${request.routeOptions.url ?? request.url}`;
  const params = request.params as Readonly<Record<string, string>>;
  for (const name in params) route += ` ${name}=${params[name]?.toLowerCase()}`;
  return route;
}

/**
 * The request as a command, a parameter of every handler that changes something: `@IdempotentCommand() command:
 * CommandRequest`. Documents the header in OpenAPI.
 */
export const IdempotentCommand = createParamDecorator(
  (_data: unknown, context: ExecutionContext) =>
    commandRequestOf(context.switchToHttp().getRequest<FastifyRequest>()),
  [documentHeader],
);

function documentHeader(target: object, method: string | symbol | undefined): void {
  if (method === undefined) return;
  const descriptor = Object.getOwnPropertyDescriptor(target, method);
  if (!descriptor) return;
  ApiHeader({
    name: 'Idempotency-Key',
    required: true,
    description:
      'Unique per intended change. A repeated request with the same key and body gets the first answer again, with header idempotency-replayed: true.',
    schema: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[\\x21-\\x7e]+$' },
  })(target, method, descriptor);
}
