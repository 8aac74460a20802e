import { ProblemError } from '#platform';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';

/** `"7"`, the ETag as it was read; versions are whole numbers from 1. */
const entityTag = /^"([1-9]\d{0,9})"$/;

/**
 * Version that the caller's change was made from; null without the header, or with `*`.
 * @throws ProblemError invalid_request naming the header
 */
export function expectedVersion(header: string | undefined): number | null {
  if (header === undefined || header.trim() === '*') return null;
  const version = entityTag.exec(header.trim())?.[1];
  if (version !== undefined) return Number(version);
  throw new ProblemError('invalid_request', {
    errors: [{ pointer: 'header/if-match', message: 'must be the ETag of what you read, such as "3"' }],
  });
}

/**
 * As `expectedVersion`, for edits, which must say what they were made from (`*`: whatever it is now).
 * @throws ProblemError invalid_request naming the header
 */
export function statedVersion(header: string | undefined): number | null {
  if (header !== undefined) return expectedVersion(header);
  throw new ProblemError('invalid_request', {
    errors: [
      { pointer: 'header/if-match', message: 'is required: the ETag of what you read, such as "3"; or *' },
    ],
  });
}

/** The expected version, a handler's parameter: `@IfMatch() version: number | null`. Documents the header in OpenAPI. */
export const IfMatch = versionOf(expectedVersion, { required: false });

/** As `@IfMatch()`, where a request without the header is refused. */
export const RequiredIfMatch = versionOf(statedVersion, { required: true });

function versionOf(
  read: (header: string | undefined) => number | null,
  { required }: { required: boolean },
): () => ParameterDecorator {
  return createParamDecorator(
    (_data: unknown, context: ExecutionContext) =>
      read(context.switchToHttp().getRequest<FastifyRequest>().headers['if-match']),
    [(target: object, method: string | symbol | undefined) => documentHeader(target, method, required)],
  );
}

function documentHeader(target: object, method: string | symbol | undefined, required: boolean): void {
  const descriptor = method === undefined ? undefined : Object.getOwnPropertyDescriptor(target, method);
  if (method === undefined || descriptor === undefined) return;
  ApiHeader({
    name: 'If-Match',
    required,
    description: 'ETag of what you read; refused with version_conflict if it has changed since.',
    schema: { type: 'string', example: '"3"' },
  })(target, method, descriptor);
}
