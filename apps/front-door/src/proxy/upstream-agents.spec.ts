import { createServer } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { createHttpAdapter } from '../../../../libs/platform/src/http/http-adapter.js';
import { errorCode, idleConnections, surelyNotSent } from './upstream-agents.js';

const withCode = (code: string): Error => Object.assign(new Error('failed'), { code });

describe('surelyNotSent', () => {
  it.each(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'UND_ERR_CONNECT_TIMEOUT'])(
    'is sure after %s: no connection ever stood',
    (code) => expect(surelyNotSent(withCode(code))).toBe(true),
  );

  it.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_ABORTED'])(
    'is not sure after %s: the service may be at work on it',
    (code) => expect(surelyNotSent(withCode(code))).toBe(false),
  );

  it.each([new Error('no code'), undefined, null, 'ECONNREFUSED'])('is not sure after %p', (error) => {
    expect(surelyNotSent(error)).toBe(false);
  });
});

describe('errorCode', () => {
  it('reads the code of one error and of several addresses that all failed', () => {
    expect(errorCode(withCode('ENOTFOUND'))).toBe('ENOTFOUND');
    const several = Object.assign(new AggregateError([new Error('::1'), new Error('127.0.0.1')]), {
      code: 'ECONNREFUSED',
    });
    expect(errorCode(several)).toBe('ECONNREFUSED');
  });
});

describe('idle connections', () => {
  it('are given up before a service, or a Node server that says nothing, closes them', () => {
    const service = createHttpAdapter().getInstance().server;
    const margin = 1_000;
    expect(idleConnections.keepAliveMaxTimeout).toBeLessThanOrEqual(service.keepAliveTimeout - margin);
    expect(idleConnections.keepAliveTimeout).toBeLessThanOrEqual(
      Math.min(createServer().keepAliveTimeout, service.keepAliveTimeout) - margin,
    );
  });
});
