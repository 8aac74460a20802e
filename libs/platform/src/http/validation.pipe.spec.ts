import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { id, pageQuery } from '#contracts';
import type { FieldError, Problem } from '#contracts';
import { Public } from '../auth/access.decorators.js';
import { ValidationPipe } from './validation.pipe.js';
import { edgeApp } from './testing/edge-app.js';

const body = z.strictObject({
  name: z.string().min(2).max(5),
  limit: z.int().min(1).max(10).optional(),
  kind: z.enum(['a', 'b']).optional(),
  nested: z.strictObject({ list: z.array(z.object({ at: z.iso.datetime() })).max(2) }).optional(),
  'odd/name~': z.boolean().optional(),
  said: z.string('give it as text').optional(),
});

@Public()
@Controller('things')
class ThingsController {
  @Post(':id')
  change(
    @Param('id', { schema: id }) _id: string,
    @Query({ schema: pageQuery }) query: object,
    @Body({ schema: body }) given: object,
  ): object {
    return { query, given };
  }

  @Get(':id')
  read(@Param('id', { schema: id }) _id: string): object {
    return {};
  }
}

const someId = '01980a5e-7c00-7000-8000-000000000001';

describe('a request against its schemas', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    ({ app } = await edgeApp([ThingsController]));
  });
  afterAll(() => app.close());

  const post = (given: unknown, url = `/things/${someId}`) =>
    app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(given),
    });

  it('goes on as the schema makes it', async () => {
    const answer = await post({ name: 'abc' }, `/things/${someId}?limit=7`);
    expect(answer.json()).toEqual({ query: { limit: 7 }, given: { name: 'abc' } });
  });

  const table: [given: unknown, errors: FieldError[]][] = [
    [{}, [{ pointer: '/name', message: 'is required: a string' }]],
    [{ name: 7 }, [{ pointer: '/name', message: 'must be a string, not a number' }]],
    [{ name: null }, [{ pointer: '/name', message: 'must be a string, not null' }]],
    [{ name: 'x' }, [{ pointer: '/name', message: 'must have at least 2 characters' }]],
    [{ name: 'xxxxxx' }, [{ pointer: '/name', message: 'must have at most 5 characters' }]],
    [{ name: 'abc', limit: 0 }, [{ pointer: '/limit', message: 'must be at least 1' }]],
    [{ name: 'abc', limit: 1.5 }, [{ pointer: '/limit', message: 'must be a whole number, not a fraction' }]],
    [{ name: 'abc', limit: [] }, [{ pointer: '/limit', message: 'must be a number, not an array' }]],
    [{ name: 'abc', kind: 'c' }, [{ pointer: '/kind', message: 'must be one of "a", "b"' }]],
    [{ name: 'abc', said: 1 }, [{ pointer: '/said', message: 'give it as text' }]],
    [
      { name: 'abc', 'odd/name~': 1 },
      [{ pointer: '/odd~1name~0', message: 'must be a boolean, not a number' }],
    ],
    [
      { name: 'abc', nested: { list: [{ at: '2026-11-22T09:00:00Z' }, { at: 'noon' }] } },
      [{ pointer: '/nested/list/1/at', message: 'must be a valid datetime' }],
    ],
    [
      { name: 'abc', nested: { list: [], typo: 1, 'ano/ther': 2 } },
      ['/nested/typo', '/nested/ano~1ther'].map((pointer) => ({
        pointer,
        message: 'is not a field of this request: remove it or correct its name',
      })),
    ],
    [[], [{ pointer: '', message: 'must be an object, not an array' }]],
  ];
  it.each(table)('%j is refused by name', async (given, errors) => {
    const answer = await post(given);
    expect(answer.json<Problem>()).toMatchObject({ code: 'invalid_request', errors });
    expect(answer.json<Problem>().errors).toHaveLength(errors.length);
  });

  it('without a body is told that there must be one', async () => {
    const answer = await app.inject({ method: 'POST', url: `/things/${someId}` });
    expect(answer.json<Problem>().errors).toEqual([{ pointer: '', message: 'is required: an object' }]);
  });

  it('is told everything at once: path, query and body', async () => {
    const answer = await post({ name: 7, x: 1 }, '/things/seven?limit=1000');
    const errors = answer.json<Problem>().errors ?? [];
    expect(errors.toSorted((a, b) => (a.pointer < b.pointer ? -1 : 1))).toEqual([
      { pointer: '/name', message: 'must be a string, not a number' },
      { pointer: '/x', message: 'is not a field of this request: remove it or correct its name' },
      { pointer: 'path/id', message: 'must be a UUIDv7' },
      { pointer: 'query/limit', message: 'must be at most 100' },
    ]);
  });

  it('is told of its own errors only', async () => {
    const [one, two] = await Promise.all([app.inject({ url: '/things/one' }), post({ name: 7 })]);
    expect(one.json<Problem>().errors).toHaveLength(1);
    expect(two.json<Problem>().errors).toHaveLength(1);
  });

  it('is told at most a hundred errors', async () => {
    const unknown = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`field${n}`, n]));
    expect((await post({ name: 'abc', ...unknown })).json<Problem>().errors).toHaveLength(100);
  });
});

describe('the pipe', () => {
  const pipe = new ValidationPipe();

  it('leaves alone what has no schema', () => {
    expect(pipe.transform('x', { type: 'body' })).toBe('x');
  });

  it('takes zod schemas only, so that one of another kind is noticed', () => {
    const schema = { '~standard': { version: 1 as const, vendor: 'other', validate: () => ({ value: 1 }) } };
    expect(() => pipe.transform('x', { type: 'body', schema })).toThrow(TypeError);
  });

  it('names headers by their place', () => {
    expect(() => pipe.transform(1, { type: 'custom', data: 'if-match', schema: z.string() })).toThrow(
      expect.objectContaining({
        extras: { errors: [{ pointer: 'header/if-match', message: 'must be a string, not a number' }] },
      }),
    );
  });
});
