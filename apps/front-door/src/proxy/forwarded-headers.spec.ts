import { describe, expect, it } from '@jest/globals';
import { requestHeaders, responseHeaders } from './forwarded-headers.js';

const client = {
  address: '192.0.2.7',
  host: 'coupons.example',
  protocol: 'http',
  correlationId: 'c-1',
  prefix: '/catalog',
};

describe('requestHeaders', () => {
  it('passes what is meant for the service', () => {
    const headers = requestHeaders(
      { authorization: 'Bearer t', 'idempotency-key': 'k', accept: '*/*' },
      client,
    );
    expect(headers).toMatchObject({ authorization: 'Bearer t', 'idempotency-key': 'k', accept: '*/*' });
  });

  it('drops what is meant for this hop, also what the Connection header names', () => {
    const headers = requestHeaders(
      {
        connection: 'close, X-Hop',
        'x-hop': '1',
        'keep-alive': 'timeout=5',
        te: 'trailers',
        'transfer-encoding': 'chunked',
        upgrade: 'websocket',
        expect: '100-continue',
        host: 'a',
        'proxy-authorization': 'Basic x',
      },
      client,
    );
    expect(Object.keys(headers).filter((name) => !name.startsWith('x-forwarded'))).toEqual([
      'x-correlation-id',
    ]);
  });

  it('says who asked, and believes no client about it', () => {
    const headers = requestHeaders(
      {
        'x-forwarded-for': '10.0.0.1',
        'x-forwarded-prefix': '/x',
        forwarded: 'for=10.0.0.1',
        'x-real-ip': '1',
      },
      client,
    );
    expect(headers).toEqual({
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-host': 'coupons.example',
      'x-forwarded-proto': 'http',
      'x-forwarded-prefix': '/catalog',
      'x-correlation-id': 'c-1',
    });
  });

  it("cannot be made to drop its own headers by the client's Connection header", () => {
    const headers = requestHeaders({ connection: 'x-correlation-id, x-forwarded-for' }, client);
    expect(headers).toMatchObject({ 'x-correlation-id': 'c-1', 'x-forwarded-for': '192.0.2.7' });
  });
});

describe('responseHeaders', () => {
  it("keeps the service's, several cookies and all, without those of its connection", () => {
    const headers = responseHeaders({
      'content-type': 'application/json',
      'retry-after': '1',
      'set-cookie': ['a=1', 'b=2'],
      connection: 'keep-alive',
      'keep-alive': 'timeout=72',
      'transfer-encoding': 'chunked',
    });
    expect(headers).toEqual({
      'content-type': 'application/json',
      'retry-after': '1',
      'set-cookie': ['a=1', 'b=2'],
    });
  });
});
