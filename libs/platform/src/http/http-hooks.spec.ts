import { Controller, Delete, Get, Header, Post, Sse } from '@nestjs/common';
import type { MessageEvent } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NEVER, of, concat } from 'rxjs';
import type { Observable } from 'rxjs';
import { Public } from '../auth/access.decorators.js';
import { currentContext } from '../context/request-context.js';
import { HealthChecks } from '../health/health-checks.js';
import { CommandOutcome } from './command-outcome.js';
import { edgeApp } from './testing/edge-app.js';

const slow = { arrived: Promise.withResolvers<void>(), mayEnd: Promise.withResolvers<void>() };

@Public()
@Controller('things')
class ThingsController {
  @Get('slow')
  async slow(): Promise<object> {
    slow.arrived.resolve();
    await slow.mayEnd.promise;
    return { slow: true };
  }

  @Get('context')
  async context(): Promise<object> {
    await new Promise((done) => setTimeout(done, 1));
    return { ...currentContext() };
  }

  @Post('body')
  body(): object {
    return { ...currentContext() };
  }

  @Post('command')
  command(): CommandOutcome<object> {
    return new CommandOutcome({ status: 202, body: { taken: true }, headers: { etag: '"7"' } });
  }

  @Post('replay')
  replay(): CommandOutcome<object> {
    return new CommandOutcome({ status: 201, body: {}, replayed: true });
  }

  @Delete('gone')
  gone(): CommandOutcome<null> {
    return new CommandOutcome({ status: 204, body: null });
  }

  @Get('image')
  @Header('cache-control', 'public, max-age=60')
  image(): string {
    return 'x';
  }

  @Sse('stream')
  stream(): Observable<MessageEvent> {
    return concat(of({ data: 'first' }), NEVER);
  }
}

describe('around every request', () => {
  let app: NestFastifyApplication;
  let address: string;
  beforeAll(async () => {
    ({ app } = await edgeApp([ThingsController]));
    await app.listen(0, '127.0.0.1');
    address = await app.getUrl();
  });
  afterAll(() => app.close());

  it('the correlation id reaches the code and comes back', async () => {
    const answer = await app.inject({ url: '/things/context', headers: { 'x-correlation-id': 'abc' } });
    expect(answer.headers['x-correlation-id']).toBe('abc');
    expect(answer.json()).toEqual({ correlationId: 'abc' });
  });

  it('requests side by side on few connections keep their own context, also after a body was read', async () => {
    const ids = Array.from({ length: 50 }, (_, n) => `request-${n}`);
    const seen = await Promise.all(
      ids.map(async (correlationId) => {
        const answer = await fetch(`${address}/things/body`, {
          method: 'POST',
          headers: { 'x-correlation-id': correlationId, 'content-type': 'application/json' },
          body: JSON.stringify({ some: 'x'.repeat(2000) }),
        });
        return ((await answer.json()) as { correlationId: string }).correlationId;
      }),
    );
    expect(seen).toEqual(ids);
  });

  it('a trace is carried on when nothing records it', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const answer = await app.inject({ url: '/things/context', headers: { traceparent } });
    expect(answer.json()).toMatchObject({ traceparent });
  });

  it('answers are not cached or guessed at, unless a route says so', async () => {
    const { headers } = await app.inject('/things/context');
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    expect((await app.inject('/things/image')).headers['cache-control']).toBe('public, max-age=60');
    expect((await app.inject('/nowhere')).headers['cache-control']).toBe('no-store');
  });

  it('other origins are not invited', async () => {
    const { headers } = await app.inject({
      url: '/things/context',
      headers: { origin: 'https://elsewhere.example' },
    });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it("a command's outcome goes out with its own status and headers", async () => {
    const answer = await app.inject({ method: 'POST', url: '/things/command' });
    expect(answer.statusCode).toBe(202);
    expect(answer.headers).toMatchObject({ etag: '"7"' });
    expect(answer.headers).not.toHaveProperty('idempotency-replayed');
    expect(answer.json()).toEqual({ taken: true });
    const replayed = await app.inject({ method: 'POST', url: '/things/replay' });
    expect(replayed.headers['idempotency-replayed']).toBe('true');
    const gone = await app.inject({ method: 'DELETE', url: '/things/gone' });
    expect([gone.statusCode, gone.body]).toEqual([204, '']);
  });

  it('its duration is counted by route, not by address', async () => {
    await app.inject({ method: 'POST', url: '/things/command' });
    await app.inject('/nowhere/1');
    await app.inject('/nowhere/2');
    const { body, headers } = await app.inject('/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain/);
    expect(body).toMatch(
      /http_request_duration_seconds_count\{method="POST",route="\/things\/command",status="202"\} \d+/,
    );
    expect(body).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="unmatched",status="404"\} [2-9]/,
    );
    expect(body).not.toContain('nowhere');
    expect(body).toContain('nodejs_eventloop_lag_seconds');
  });

  it('health is what the checks say', async () => {
    const checks = app.get(HealthChecks);
    expect((await app.inject('/health/live')).statusCode).toBe(200);
    checks.register('pump', async () => {
      throw new Error('dry');
    });
    const answer = await app.inject('/health/ready');
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ ok: false, checks: [{ name: 'pump', ok: false, reason: 'dry' }] });
    expect((await app.inject('/health/live')).statusCode).toBe(200);
    checks.register('pump', async () => undefined);
    expect((await app.inject('/health/ready')).statusCode).toBe(200);
  });
});

describe('an end of the process', () => {
  it('ends live streams and lets requests in flight finish', async () => {
    const { app } = await edgeApp([ThingsController]);
    await app.listen(0, '127.0.0.1');
    const address = await app.getUrl();
    const stream = await fetch(`${address}/things/stream`, { headers: { accept: 'text/event-stream' } });
    expect(stream.headers.get('x-correlation-id')).toBeTruthy();
    const reader = stream.body?.getReader();
    const begun = (await reader?.read())?.value as Uint8Array;
    expect(new TextDecoder().decode(begun)).toContain('data: first');
    const inFlight = fetch(`${address}/things/slow`);
    await slow.arrived.promise;
    const ended = app.close();
    await new Promise((done) => setTimeout(done, 50));
    slow.mayEnd.resolve();
    expect(await (await inFlight).json()).toEqual({ slow: true });
    await ended;
    while (!(await reader?.read())?.done);
    await expect(fetch(`${address}/things/context`)).rejects.toThrow();
  });
});
