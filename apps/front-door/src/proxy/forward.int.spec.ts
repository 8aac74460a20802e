import { afterEach, describe, expect, it } from '@jest/globals';
import { problem } from '#contracts';
import { type FakeService, startFakeService, startRawService } from '../testing/fake-service.js';
import { rawGet, rawRequest } from '../testing/raw-request.js';
import { closedAddress, startFrontDoor, type TestFrontDoor } from '../testing/test-front-door.js';

const opened: { close?: () => Promise<void>; stop?: () => Promise<void> }[] = [];
const fake = async (...args: Parameters<typeof startFakeService>): Promise<FakeService> => {
  const service = await startFakeService(...args);
  opened.push(service);
  return service;
};
const raw = async (handle: Parameters<typeof startRawService>[0]): Promise<FakeService> => {
  const service = await startRawService(handle);
  opened.push(service);
  return service;
};
const door = async (config: Parameters<typeof startFrontDoor>[0]): Promise<TestFrontDoor> => {
  const frontDoor = await startFrontDoor(config);
  opened.push(frontDoor);
  return frontDoor;
};

afterEach(async () => {
  for (const thing of opened.splice(0).reverse()) await (thing.close ?? thing.stop)?.();
});

describe('forwarding a request', () => {
  it('reaches the service with its method, path, query, body and headers', async () => {
    const catalog = await fake();
    const { url } = await door({ CATALOG_URL: catalog.url });
    const body = JSON.stringify({ name: 'Espresso ☕' });
    const answer = await fetch(`${url}/catalog/v1/coupons?dry=%2F1`, {
      method: 'POST',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json', 'x-correlation-id': 'c-42' },
      body,
    });
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
    expect(catalog.seen).toHaveLength(1);
    expect(catalog.seen[0]).toMatchObject({ method: 'POST', url: '/v1/coupons?dry=%2F1', body });
    expect(catalog.seen[0]?.headers).toMatchObject({
      authorization: 'Bearer t',
      'content-type': 'application/json',
      'x-correlation-id': 'c-42',
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': new URL(url).host,
      'x-forwarded-prefix': '/catalog',
      host: new URL(catalog.url).host,
    });
    expect(answer.headers.get('x-correlation-id')).toBe('c-42');
  });

  it('takes tokens as long as the services do, and refuses longer ones as they would', async () => {
    const catalog = await startFakeService(undefined, 0, { maxHeaderSize: 64 * 1024 });
    opened.push(catalog);
    const { url } = await door({ CATALOG_URL: catalog.url });
    const get = (token: string): Promise<Response> =>
      fetch(`${url}/catalog/v1/coupons`, { headers: { authorization: `Bearer ${token}` } });
    expect((await get('t'.repeat(60_000))).status).toBe(200);
    expect(catalog.seen[0]?.headers.authorization).toHaveLength('Bearer '.length + 60_000);
    const refused = await get('t'.repeat(70_000));
    expect([refused.status, await refused.json()]).toMatchObject([431, { code: 'headers_too_large' }]);
  });

  it('gives requests without a usable correlation id a new one', async () => {
    const catalog = await fake();
    const { url } = await door({ CATALOG_URL: catalog.url });
    const answer = await fetch(`${url}/catalog/v1/coupons`, { headers: { 'x-correlation-id': 'a b' } });
    expect(catalog.seen[0]?.headers['x-correlation-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.headers.get('x-correlation-id')).toBe(catalog.seen[0]?.headers['x-correlation-id']);
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'POST'])('passes %s without a body', async (method) => {
    const catalog = await fake();
    const { url } = await door({ CATALOG_URL: catalog.url });
    expect((await fetch(`${url}/catalog/v1/coupons/1`, { method })).status).toBe(200);
    expect(catalog.seen[0]).toMatchObject({ method, body: '' });
  });

  it("passes the service's answer through, whatever its status", async () => {
    const catalog = await fake((_request, response) => {
      response.writeHead(409, { 'content-type': 'application/problem+json', 'retry-after': '3' });
      response.end('{"code":"sold_out"}');
    });
    const { url } = await door({ CATALOG_URL: catalog.url });
    const answer = await fetch(`${url}/catalog/v1/coupons`);
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
      409,
      '3',
      { code: 'sold_out' },
    ]);
  });

  it.each(['HEAD', 'GET'])('copes with answers that have no body: %s', async (method) => {
    const catalog = await fake((_request, response) => response.writeHead(204).end());
    const { url } = await door({ CATALOG_URL: catalog.url });
    expect((await fetch(`${url}/catalog/v1/coupons`, { method })).status).toBe(204);
  });

  it('takes the issuer only where there is one', async () => {
    const issuer = await fake();
    const { url } = await door({ ISSUER_URL: issuer.url });
    expect((await fetch(`${url}/auth/token/owner`)).status).toBe(200);
    expect(issuer.seen[0]?.url).toBe('/token/owner');
    const { url: inProduction } = await door({});
    expect((await fetch(`${inProduction}/auth/token/owner`)).status).toBe(404);
  });
});

describe('bodies', () => {
  it('stream through while they are being sent', async () => {
    let firstChunk: (chunk: string) => void = () => undefined;
    const arrived = new Promise<string>((resolve) => (firstChunk = resolve));
    const catalog = await raw(async (request, response) => {
      for await (const chunk of request) firstChunk(String(chunk));
      response.end('done');
    });
    const { url } = await door({ CATALOG_URL: catalog.url });
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const answer = fetch(`${url}/catalog/v1/images`, { method: 'POST', body: readable, duplex: 'half' });
    const writer = writable.getWriter();
    await writer.write(Buffer.from('first'));
    expect(await arrived).toBe('first');
    await writer.close();
    expect(await (await answer).text()).toBe('done');
  });

  it('keep every byte when they are large', async () => {
    const catalog = await fake((request, response) => response.end(String(request.body.length)));
    const { url } = await door({ CATALOG_URL: catalog.url });
    const answer = await fetch(`${url}/catalog/v1/images`, { method: 'PUT', body: 'x'.repeat(150_000) });
    expect(await answer.text()).toBe('150000');
    expect(catalog.seen[0]?.headers['content-length']).toBe('150000');
  });

  it('above the limit are refused before they are read', async () => {
    const catalog = await fake();
    const { url } = await door({ CATALOG_URL: catalog.url, BODY_LIMIT_BYTES: 1_000 });
    const answer = await fetch(`${url}/catalog/v1/coupons`, { method: 'POST', body: 'x'.repeat(1_001) });
    expect(answer.status).toBe(413);
    expect(problem.parse(await answer.json())).toMatchObject({
      code: 'payload_too_large',
      detail: expect.stringContaining('1000 bytes'),
    });
    expect(catalog.seen).toEqual([]);
  });

  it('above the limit are refused also when they do not declare their length', async () => {
    const catalog = await fake();
    const { url } = await door({ CATALOG_URL: catalog.url, BODY_LIMIT_BYTES: 1_000 });
    const chunk = 'x'.repeat(600);
    const answer = await rawRequest(url, [
      'POST /catalog/v1/coupons HTTP/1.1',
      'Host: test',
      'Transfer-Encoding: chunked',
      '',
      `258\r\n${chunk}\r\n258\r\n${chunk}\r\n0`,
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"payload_too_large"/);
    expect(catalog.seen).toEqual([]);
  });
});

describe('services that do not answer', () => {
  it('are reported as unavailable, in the shape of every other problem', async () => {
    const { url } = await door({});
    const answer = await fetch(`${url}/catalog/v1/coupons?x=1`, { headers: { 'x-correlation-id': 'c-1' } });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(problem.parse(await answer.json())).toMatchObject({
      type: 'urn:octopus-coupons:problem:unavailable',
      status: 503,
      code: 'unavailable',
      instance: '/catalog/v1/coupons',
      correlationId: 'c-1',
    });
  });

  it('leave the request to the next replica when they refuse the connection', async () => {
    const [redemption, nobody] = [await fake(), await closedAddress()];
    const { url } = await door({ REDEMPTION_URLS: [nobody, redemption.url] });
    const ids = Array.from({ length: 8 }, (_, n) => `coupon-${n}`);
    const answers = await Promise.all(
      ids.map((id) => fetch(`${url}/redemption/v1/coupons/${id}/redemptions`, { method: 'POST', body: id })),
    );
    expect(answers.map(({ status }) => status)).toEqual(ids.map(() => 200));
    expect(redemption.seen.map(({ body }) => body).sort()).toEqual(ids);
  });

  it('are not asked twice when they may have got the request', async () => {
    const breaksOff = await fake((_request, response) => void response.destroy());
    const other = await fake();
    const { url } = await door({ REDEMPTION_URLS: [breaksOff.url, other.url] });
    const statuses = new Set<number>();
    for (let n = 0; n < 10; n += 1) {
      const answer = await fetch(`${url}/redemption/v1/coupons/c${n}/redemptions`, {
        method: 'POST',
        body: '{}',
      });
      statuses.add(answer.status);
    }
    expect([...statuses].sort()).toEqual([200, 503]);
    expect(breaksOff.seen.length + other.seen.length).toBe(10);
  });

  it('break the connection when they break off in the middle of an answer', async () => {
    const catalog = await fake((_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    });
    const { url } = await door({ CATALOG_URL: catalog.url });
    const answer = await fetch(`${url}/catalog/v1/coupons`);
    await expect(answer.text()).rejects.toThrow();
  });
});

describe('requests for one coupon', () => {
  it('go to one replica, those for many coupons to all', async () => {
    const replicas = [await fake(), await fake(), await fake()];
    const { url } = await door({ REDEMPTION_URLS: replicas.map((replica) => replica.url) });
    const redeem = (id: string): Promise<Response> =>
      fetch(`${url}/redemption/v1/coupons/${id}/redemptions`, { method: 'POST' });
    await Promise.all(Array.from({ length: 12 }, () => redeem('one-coupon')));
    expect(replicas.map(({ seen }) => seen.length).sort()).toEqual([0, 0, 12]);
    await Promise.all(Array.from({ length: 30 }, (_, n) => redeem(`coupon-${n}`)));
    expect(replicas.every(({ seen }) => seen.length > 0)).toBe(true);
  });

  it('leave other routes of the service to each replica in turn', async () => {
    const replicas = [await fake(), await fake()];
    const { url } = await door({ REDEMPTION_URLS: replicas.map((replica) => replica.url) });
    for (let n = 0; n < 4; n += 1) await fetch(`${url}/redemption/v1/operations/dead-letters`);
    expect(replicas.map(({ seen }) => seen.length)).toEqual([2, 2]);
  });
});

describe('paths that a service must never see', () => {
  const targets = [
    '/catalog/v1/../metrics',
    '/catalog/v1/%2e%2e/metrics',
    '/catalog/v1/x%2f..%2f..%2fmetrics',
    '/catalog/v1/..%5cmetrics',
    '/catalog/v1//metrics',
    '/catalog/v1/%252e%252e/metrics',
    '//catalog/v1/x',
    'http://127.0.0.1/catalog/v1/x',
  ];

  it.each(targets)('refuses %s with the field and the mend', async (target) => {
    const catalog = await fake();
    const { url } = await door({ CATALOG_URL: catalog.url });
    const answer = await rawGet(url, target);
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"invalid_request"[\s\S]*"pointer":"path"/);
    expect(catalog.seen).toEqual([]);
  });

  it.each(['/catalog/health/ready', '/catalog/metrics', '/metrics', '/catalog', '/nobody/v1/x'])(
    'knows no %s',
    async (target) => {
      const catalog = await fake();
      const { url } = await door({ CATALOG_URL: catalog.url });
      const answer = await fetch(`${url}${target}`);
      expect([answer.status, problem.parse(await answer.json()).code]).toEqual([404, 'not_found']);
      expect(catalog.seen).toEqual([]);
    },
  );

  it('answers bytes that are no HTTP with a problem document', async () => {
    const { url } = await door({});
    expect(await rawRequest(url, ['GET nonsense'])).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*"code":"invalid_request"/,
    );
  });
});
