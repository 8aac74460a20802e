import { Injectable } from '@nestjs/common';
import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import type { FieldError } from '#contracts';
import { currentContext } from '../context/request-context.js';
import type { RequestContext } from '../context/request-context.js';
import { ProblemError } from '../problems/problem-error.js';
import { mendingMessage } from './validation-messages.js';

/** Where a pointer begins, by the kind of parameter; a body's is a plain RFC 6901 pointer. */
const ROOTS: Readonly<Record<string, string>> = { body: '', param: 'path', query: 'query', custom: 'header' };

/** More than this helps nobody, and each one repeats what the caller sent. */
const ERRORS_LIMIT = 100;

/** What is wrong in a request so far: body, path and query are checked one after another, and told together. */
const found = new WeakMap<RequestContext, FieldError[]>();

/**
 * Checks `@Body({ schema })`, `@Param('id', { schema })` and `@Query({ schema })` against their zod schema and hands on
 * what the schema makes of them. Refuses with problem `invalid_request`, naming everything that is wrong at once.
 *
 * Not a subclass of Nest's StandardSchemaValidationPipe: that one is asynchronous, which costs every request, and does
 * not let the messages be ours.
 */
@Injectable()
export class ValidationPipe implements PipeTransform {
  transform(value: unknown, { schema, type, data }: ArgumentMetadata): unknown {
    if (!schema) return value;
    if (!(schema instanceof z.ZodType)) throw new TypeError('schemas of parameters are zod schemas here');
    const result = schema.safeParse(value, { error: mendingMessage });
    if (result.success) return result.data;
    const root = ROOTS[type] ?? type;
    const base = data === undefined ? root : `${root}/${escape(data)}`;
    throw new ProblemError('invalid_request', { errors: report(fieldErrors(base, result.error.issues)) });
  }
}

/** Adds to what other parameters of this request were refused for; the array that the first of them threw. */
function report(errors: FieldError[]): readonly FieldError[] {
  const context = currentContext();
  if (!context) return errors;
  const known = found.get(context);
  if (!known) found.set(context, errors);
  else known.push(...errors.slice(0, Math.max(0, ERRORS_LIMIT - known.length)));
  return known ?? errors;
}

/** Exported for its table of tests. */
export function fieldErrors(base: string, issues: readonly z.core.$ZodIssue[]): FieldError[] {
  const errors = issues.flatMap((issue) => {
    const pointer = base + issue.path.map((segment) => `/${escape(String(segment))}`).join('');
    if (issue.code !== 'unrecognized_keys') return [{ pointer, message: issue.message }];
    return issue.keys.map((key) => ({
      pointer: `${pointer}/${escape(key)}`,
      message: 'is not a field of this request: remove it or correct its name',
    }));
  });
  return errors.slice(0, ERRORS_LIMIT);
}

/** RFC 6901 section 3. */
function escape(segment: string): string {
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}
