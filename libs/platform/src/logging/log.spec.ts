import { describe, expect, it } from '@jest/globals';
import { runInContext } from '../context/request-context.js';
import { Log } from './log.js';
import { NestLog } from './nest-log.js';

function recorder(level?: string) {
  const lines: string[] = [];
  const log = new Log({
    ...(level !== undefined && { level }),
    bindings: { service: 'catalog' },
    destination: { write: (line: string) => void lines.push(line) },
  });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';

describe('the log', () => {
  it('writes one line of JSON with time, level and service', () => {
    const { log, lines, last } = recorder();
    log.info({ couponId: 'c' }, 'published');
    expect(lines).toHaveLength(1);
    expect(last()).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      service: 'catalog',
      couponId: 'c',
      msg: 'published',
    });
  });

  it('adds what the current work belongs to, in children, too', () => {
    const { log, last } = recorder();
    const context = {
      correlationId: 'corr',
      tenantId: 'tenant',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    };
    runInContext(context, () => log.child({ part: 'relay' }).warn({}, 'slow'));
    expect(last()).toMatchObject({
      level: 'warn',
      part: 'relay',
      correlationId: 'corr',
      tenantId: 'tenant',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    });
    log.info({}, 'outside');
    expect(last()).not.toHaveProperty('correlationId');
  });

  it('leaves out what is below its level', () => {
    const { log, lines } = recorder('warn');
    log.info({}, 'no');
    log.debug({}, 'no');
    log.error({}, 'yes');
    expect(lines).toHaveLength(1);
  });

  it('keeps an error readable, with its causes', () => {
    const { log, last } = recorder();
    log.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(last()).toMatchObject({
      err: { type: 'Error', message: expect.stringContaining('outer: inner') },
    });
  });

  const secrets: [string, () => object, string][] = [
    ['an authorization header', () => ({ headers: { authorization: 'Bearer hunter2hunter2' } }), 'hunter2'],
    ['a password deep inside', () => ({ a: { b: [{ c: { password: 'hunter2' } }] } }), 'hunter2'],
    ['a password with quotes', () => ({ password: 'hun"ter2\\' }), 'ter2'],
    ['any field that ends in token', () => ({ access_token: 'hunter2', refreshToken: 'hunter2' }), 'hunter2'],
    ['a cookie', () => ({ 'set-cookie': 'hunter2' }), 'hunter2'],
    ['a secret', () => ({ webhookSecret: 'hunter2', apiKey: 'hunter2' }), 'hunter2'],
    ['credentials in a URL', () => ({ url: 'postgres://app:hunter2@db:5432/x' }), 'hunter2'],
    ['credentials without a user', () => ({ url: 'redis://:hunter2@redis:6379' }), 'hunter2'],
    ['a URL in an error', () => ({ err: new Error('connect to kafka://a:hunter2@b failed') }), 'hunter2'],
    ['a token in an error', () => ({ err: new Error(`refused ${jwt}`) }), jwt.slice(0, 30)],
    ['a header in a text', () => ({ dump: 'authorization: Bearer hunter2hunter2' }), 'hunter2'],
  ];
  it.each(secrets)('never shows %s', (_what, fields, secret) => {
    const { log, lines, last } = recorder();
    log.error(fields(), 'x');
    expect(lines.join('')).not.toContain(secret);
    expect(lines.join('')).toContain('[redacted]');
    expect(last()).toMatchObject({ msg: 'x' });
  });

  it('shows no secret in the message either', () => {
    const { log, lines } = recorder();
    log.info({}, `token ${jwt} for postgres://app:hunter2@db/x`);
    expect(lines.join('')).not.toMatch(/hunter2|eyJ/);
  });

  it('leaves what only looks alike', () => {
    const { log, last } = recorder();
    const fields = { url: 'https://example.com/a?b=c:d', tokens: 3, tokenCount: '3', mail: 'a@b.example' };
    log.info(fields, 'x');
    expect(last()).toMatchObject(fields);
  });

  it('cannot be broken into two lines', () => {
    const { log, lines } = recorder();
    log.info({ name: 'a\n{"level":"fatal"}' }, 'b\r\nc');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trim().split('\n')).toHaveLength(1);
  });

  it("takes in Nest's own messages", () => {
    const { log, last } = recorder('debug');
    const nest = new NestLog(log);
    nest.log('Mapped route', 'RouterExplorer');
    expect(last()).toMatchObject({ level: 'debug', context: 'RouterExplorer', msg: 'Mapped route' });
    nest.error('broken', 'Error: broken\n at x', 'Scheduler');
    expect(last()).toMatchObject({ level: 'error', context: 'Scheduler', stack: 'Error: broken\n at x' });
    nest.error(new Error('thrown'));
    expect(last()).toMatchObject({ err: { message: 'thrown' } });
  });
});
