import { problemCodes, problem } from '#contracts';
import type { ProblemCode } from '#contracts';
import { PROBLEM_MEDIA_TYPE } from '../problems/problem-body.js';
import { zodSchema } from './zod-schema.js';

/** As far as the problems of an operation depend on it. */
export interface OperationShape {
  readonly guarded: boolean;
  readonly hasParameters: boolean;
  readonly hasBody: boolean;
  readonly idempotent: boolean;
  /** What its business refuses. */
  readonly own: readonly ProblemCode[];
}

/** Every code that an operation may answer, by status. */
export function problemsOf(shape: OperationShape): ProblemCode[] {
  const codes: ProblemCode[] = [];
  if (shape.hasParameters || shape.hasBody) codes.push('invalid_request');
  if (shape.hasBody) codes.push('malformed_json', 'payload_too_large', 'unsupported_media_type');
  if (shape.idempotent) codes.push('idempotency_key_missing', 'idempotency_key_reused');
  if (shape.guarded) codes.push('unauthenticated', 'forbidden');
  codes.push('internal', 'overloaded', 'unavailable', ...shape.own);
  return [...new Set(codes)].sort((a, b) => problemCodes[a].status - problemCodes[b].status);
}

/** OpenAPI responses, one per status, whose description lists the codes. */
export function problemResponses(codes: readonly ProblemCode[]): Record<string, object> {
  const byStatus = Map.groupBy(codes, (code) => String(problemCodes[code].status));
  return Object.fromEntries([...byStatus].map(([status, some]) => [status, response(some)]));
}

function response(codes: readonly ProblemCode[]): object {
  const lines = codes.map((code) => `\`${code}\`: ${problemCodes[code].title}. ${problemCodes[code].mend}`);
  const waits = codes.some((code) => [429, 503].includes(problemCodes[code].status));
  return {
    description: lines.join('\n\n'),
    content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
    ...(waits && {
      headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer', minimum: 1 } } },
    }),
  };
}

/** The component that the responses refer to. */
export function problemComponents(): Record<string, unknown> {
  return zodSchema(problem, { schemaType: 'output' })?.components ?? {};
}
