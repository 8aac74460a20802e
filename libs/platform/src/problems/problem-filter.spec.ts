import { connect } from 'node:net';
import { Body, Controller, Get, HttpException, Param, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { problem as problemSchema, problemCodes } from '#contracts';
import type { Problem, ProblemCode } from '#contracts';
import { Public } from '../auth/access.decorators.js';
import { edgeApp } from '../http/testing/edge-app.js';
import type { EdgeApp } from '../http/testing/edge-app.js';
import { ProblemError } from './problem-error.js';

const thrown: Record<string, () => Error> = {
  'a-bug': () => new TypeError('reading postgres://app:hunter2@db/octopus failed'),
  'database-away': () =>
    Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { code: 'ECONNREFUSED' }),
  'too-many-requests': () => new ProblemError('rate_limited', { retryAfterSeconds: 7.2 }),
  'not-yet': () => new ProblemError('coupon_not_started', { retryAt: '2026-11-22T09:00:00.000Z' }),
  'nest-own': () => new HttpException('custom', 403),
};

@Public()
@Controller('v1/things')
class ThingsController {
  @Get('fail/:how')
  fail(@Param('how') how: string): never {
    throw thrown[how]?.() ?? new Error(how);
  }

  @Post()
  make(@Body({ schema: z.object({ name: z.string() }).optional() }) body: unknown): unknown {
    return { body };
  }

  @Get(':id')
  one(@Param('id') id: string): unknown {
    return { id };
  }
}

describe('errors of the edge', () => {
  let edge: EdgeApp;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    edge = await edgeApp([ThingsController]);
    app = edge.app;
  });
  afterAll(() => app.close());

  const json = { 'content-type': 'application/json' };
  const requests: [what: string, request: object, code: ProblemCode, status?: number][] = [
    ['an unknown address', { url: '/v1/nothing?secret=1' }, 'not_found'],
    ['a known address with another method', { method: 'DELETE', url: '/v1/things/7' }, 'method_not_allowed'],
    [
      'a body too large',
      { method: 'POST', url: '/v1/things', headers: json, body: `"${'x'.repeat(65_536)}"` },
      'payload_too_large',
    ],
    [
      'a body that is no JSON',
      { method: 'POST', url: '/v1/things', headers: json, body: '{"a":' },
      'malformed_json',
    ],
    [
      'a body that poisons prototypes',
      { method: 'POST', url: '/v1/things', headers: json, body: '{"__proto__":{"a":1}}' },
      'malformed_json',
    ],
    [
      'a form',
      {
        method: 'POST',
        url: '/v1/things',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'a=1',
      },
      'unsupported_media_type',
    ],
    [
      'plain text',
      { method: 'POST', url: '/v1/things', headers: { 'content-type': 'text/plain' }, body: 'a' },
      'unsupported_media_type',
    ],
    ['a path that is no URL', { url: '/v1/things/%zz' }, 'invalid_request'],
    ['a part of the path too long to be an id', { url: `/v1/things/${'x'.repeat(300)}` }, 'not_found'],
    ['a bug', { url: '/v1/things/fail/a-bug' }, 'internal'],
    ['a database that is away', { url: '/v1/things/fail/database-away' }, 'unavailable'],
    ['a refusal with a time to wait', { url: '/v1/things/fail/too-many-requests' }, 'rate_limited'],
    ["Nest's own exception", { url: '/v1/things/fail/nest-own' }, 'forbidden'],
  ];

  it.each(requests)('answers %s with a problem', async (_what, request, code) => {
    const answer = await app.inject(request);
    const body = answer.json<Problem>();
    expect(problemSchema.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      type: `urn:octopus-coupons:problem:${code}`,
      code,
      status: problemCodes[code].status,
      mend: problemCodes[code].mend,
      correlationId: answer.headers['x-correlation-id'],
    });
    expect(answer.statusCode).toBe(problemCodes[code].status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(body.instance).toBe((request as { url: string }).url.replace('?secret=1', ''));
  });

  it.each([
    ['/redemption', '/redemption/v1/nothing'],
    ['/redemption?x=<script>', '/v1/nothing'],
    ['//evil.example', '/v1/nothing'],
  ])('names the address that the client asked a front door for: %s', async (prefix, instance) => {
    const headers = { 'x-forwarded-prefix': prefix };
    expect((await app.inject({ url: '/v1/nothing', headers })).json()).toMatchObject({ instance });
  });

  it('says which content type it does not take', async () => {
    const headers = { 'content-type': 'text/plain' };
    const answer = await app.inject({ method: 'POST', url: '/v1/things', headers, body: 'x' });
    expect(answer.json()).toMatchObject({
      code: 'unsupported_media_type',
      errors: [{ pointer: 'header/content-type', message: expect.stringContaining('text/plain') }],
    });
  });

  it('takes an empty body of type JSON as no body', async () => {
    const answer = await app.inject({ method: 'POST', url: '/v1/things', headers: json });
    expect(answer.statusCode).toBe(201);
  });

  it('names the methods that an address takes', async () => {
    const answer = await app.inject({ method: 'PUT', url: '/v1/things' });
    expect(answer.headers.allow).toBe('POST');
  });

  it('tells how long to wait, in whole seconds', async () => {
    expect((await app.inject({ url: '/v1/things/fail/too-many-requests' })).headers['retry-after']).toBe('8');
    expect((await app.inject({ url: '/v1/things/fail/database-away' })).headers['retry-after']).toBe('1');
    expect((await app.inject({ url: '/v1/things/fail/a-bug' })).headers['retry-after']).toBeUndefined();
    const notYet = await app.inject({ url: '/v1/things/fail/not-yet' });
    expect(notYet.json<Problem>().retryAt).toBe('2026-11-22T09:00:00.000Z');
  });

  it('says nothing of what broke to the caller, and everything once to the log', async () => {
    const answer = await app.inject({
      url: '/v1/things/fail/a-bug',
      headers: { 'x-correlation-id': 'find-me' },
    });
    expect(answer.body).not.toMatch(/hunter2|TypeError|reading/);
    const lines = edge.logged().filter(({ correlationId }) => correlationId === 'find-me');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'error', route: 'GET /v1/things/fail/:how' });
    expect(JSON.stringify(lines)).toMatch(/problem-filter\.spec/);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  describe('on the wire', () => {
    let port: number;
    beforeAll(async () => {
      await app.listen(0, '127.0.0.1');
      port = Number(new URL(await app.getUrl()).port);
    });

    const bytes: [string, string, number, ProblemCode][] = [
      ['what is no HTTP', 'hello\r\n\r\n', 400, 'invalid_request'],
      [
        'headers without end',
        `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`,
        431,
        'headers_too_large',
      ],
    ];
    it.each(bytes)('answers %s with a problem', async (_what, request, status, code) => {
      const answer = await speak(port, request);
      const [head = '', body = ''] = answer.split('\r\n\r\n');
      expect(head).toContain(`HTTP/1.1 ${status} `);
      expect(head).toContain('content-type: application/problem+json');
      expect(JSON.parse(body)).toMatchObject({ code, status });
    });
  });
});

function speak(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (part) => (answer += part.toString()));
    socket.on('close', () => resolve(answer));
    socket.on('error', (error) => (answer ? resolve(answer) : reject(error)));
  });
}
