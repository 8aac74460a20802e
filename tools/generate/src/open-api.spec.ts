import { beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { serviceNames } from '#contracts';
import type { GeneratedFile } from './generated-file.js';
import { openApiFiles } from './open-api.js';

interface Operation {
  operationId: string;
  'x-roles'?: string[];
  'x-problems'?: string[];
  parameters?: { name: string; in: string; required?: boolean; schema?: object }[];
}

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

/** A POST that changes nothing, or does the same however often it is sent, without a key. */
const repeatable = [
  'post /v1/operations/dead-letters/{deadLetterId}/replay',
  'post /v1/coupons/{couponId}/screen-code',
  'post /v1/coupons/{couponId}/timeframe-preview',
];

let files: GeneratedFile[];
beforeAll(async () => {
  files = await openApiFiles();
});

function document(service: string): OpenApi {
  const file = files.find(({ path }) => path === `docs/api/${service}.openapi.json`);
  return JSON.parse(file?.content ?? '') as OpenApi;
}

function operations(service: string): { route: string; operation: Operation }[] {
  return Object.entries(document(service).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ route: `${method} ${path}`, operation })),
  );
}

describe('The OpenAPI documents', () => {
  it.each([...serviceNames])('%s: valid by the published schema of OpenAPI 3.1', async (service) => {
    const { valid, errors } = await new Validator().validate({ ...document(service) });
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it('are refused by that schema when broken, so the check above can fail', async () => {
    const broken = { ...document('catalog'), paths: { '/v1/x': { get: { responses: 'none' } } } };
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it.each([
    ['catalog', 'post /v1/coupons/{couponId}/publish', ['channel_owner']],
    ['catalog', 'put /v1/channels/{channelId}', ['service']],
    ['targeting', 'put /v1/users/{userId}', ['service']],
    ['redemption', 'post /v1/coupons/{couponId}/redemptions', ['end_user']],
    ['notification', 'get /v1/inbox/stream', ['end_user', 'channel_owner']],
    ['scheduler', 'post /v1/operations/dead-letters/{deadLetterId}/replay', ['service']],
  ])('%s: %s is for %p', (service, route, roles) => {
    const found = operations(service).find((one) => one.route === route);
    expect(found?.operation['x-roles']).toEqual(roles);
  });

  it.each([...serviceNames])('%s: every POST takes an Idempotency-Key', (service) => {
    const posts = operations(service).filter(
      ({ route }) => route.startsWith('post ') && !repeatable.includes(route),
    );
    const without = posts.filter(
      ({ operation }) =>
        operation.parameters?.some(
          ({ name, in: place }) => name === 'Idempotency-Key' && place === 'header',
        ) !== true,
    );
    // The same bytes are the same image: they are their own key.
    const byContent = service === 'catalog' ? ['post /v1/images'] : [];
    expect(without.map(({ route }) => route)).toEqual(byContent);
  });

  it.each([...serviceNames])('%s: tells the bounds of every limit', (service) => {
    const limits = operations(service).flatMap(({ route, operation }) =>
      (operation.parameters ?? []).filter(({ name }) => name === 'limit').map((limit) => ({ route, limit })),
    );
    expect(limits.length).toBeGreaterThan(0);
    for (const { limit } of limits)
      expect(limit.schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 100, default: 20 });
  });

  it.each([
    ['post /v1/coupons/{couponId}/redemptions', 'user_limit_reached', 'code_expired'],
    ['post /v1/scans', 'code_replayed', 'code_withdrawn'],
    ['post /v1/code-redemptions', 'code_withdrawn', 'code_replayed'],
    ['post /v1/coupons/{couponId}/pass', 'user_limit_reached', 'points_short'],
    ['get /v1/coupons/{couponId}/printed-code.pdf', 'print_not_found', 'print_needs_limit'],
  ])('redemption: %s may answer %s, never %s', (route, may, never) => {
    const found = operations('redemption').find((one) => one.route === route);
    expect(found?.operation['x-problems']).toContain(may);
    expect(found?.operation['x-problems']).not.toContain(never);
  });

  it.each([...serviceNames])('%s: no two operations share an id', (service) => {
    const ids = operations(service).map(({ operation }) => operation.operationId);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });
});
