import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { id, page, pageQuery } from '#contracts';
import { Public, Roles } from '../auth/access.decorators.js';
import { describeService } from '../describe-service.js';
import type { CommandRequest } from '../http/command-request.js';
import { IdempotentCommand } from '../http/idempotent-command.decorator.js';
import { Refuses } from '../problems/refuses.decorator.js';

const part = z.object({ size: z.int().gt(0), note: z.string().nullable() }).meta({ id: 'Part' });
const thing = z.object({ thingId: id, parts: z.array(part) }).meta({ id: 'Thing' });
const thingPage = page(thing).meta({ id: 'ThingPage' });
const makeBody = z.strictObject({ name: z.string().max(5), kind: z.literal('a').default('a') });

@Roles('channel_owner')
@Controller('v1/things')
class ThingsController {
  @Post()
  @ApiCreatedResponse({ standardSchema: thing })
  @Refuses('wrong_state')
  make(@IdempotentCommand() command: CommandRequest, @Body({ schema: makeBody }) body: object): object {
    return { command, body };
  }

  @Get()
  @Roles('service', 'tenant_admin')
  @ApiOkResponse({ standardSchema: thingPage })
  list(@Query({ schema: pageQuery }) query: object): object {
    return query;
  }

  @Get(':thingId/picture')
  @Public()
  picture(@Param('thingId', { schema: id }) thingId: string): string {
    return thingId;
  }
}

class ThingsModule {}
Reflect.defineMetadata('controllers', [ThingsController], ThingsModule);

describe("a service's OpenAPI document", () => {
  let document: OpenAPIObject;
  const operation = (path: string, method: 'get' | 'post') => {
    const found = document.paths[path]?.[method];
    if (!found) throw new Error(`${method} ${path} is missing`);
    return found as typeof found & Record<`x-${string}`, unknown>;
  };

  beforeAll(async () => {
    document = await describeService('catalog', ThingsModule);
  });

  it('is OpenAPI 3.1 behind the front door', () => {
    expect(document).toMatchObject({
      openapi: '3.1.0',
      servers: [{ url: '/catalog' }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    });
  });

  it('holds no route for probes', () => {
    expect(Object.keys(document.paths).filter((path) => !path.startsWith('/v1/'))).toEqual([]);
  });

  it('names who may call each operation, the handler before its controller', () => {
    const guarded = [{ bearer: [] }];
    expect(operation('/v1/things', 'post')).toMatchObject({
      'x-roles': ['channel_owner'],
      security: guarded,
    });
    expect(operation('/v1/things', 'get')).toMatchObject({
      'x-roles': ['service', 'tenant_admin'],
      security: guarded,
    });
    expect(operation('/v1/things/{thingId}/picture', 'get')).toMatchObject({ 'x-roles': [], security: [] });
  });

  it('names operations once', () => {
    expect(operation('/v1/things', 'post').operationId).toBe('Things_make');
  });

  it('takes bodies from the schema that checks them, as they come in', () => {
    expect(operation('/v1/things', 'post').requestBody).toEqual({
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: {
              name: { type: 'string', maxLength: 5 },
              kind: { type: 'string', enum: ['a'], default: 'a' },
            },
            required: ['name'],
            additionalProperties: false,
          },
        },
      },
    });
  });

  it('takes answers from their schemas, those with an id as components, in the dialect of 2020-12', () => {
    expect(operation('/v1/things', 'post').responses).toMatchObject({
      201: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } },
    });
    const schemas = document.components?.schemas ?? {};
    expect(Object.keys(schemas).sort()).toEqual(
      expect.arrayContaining(['Part', 'Problem', 'Thing', 'ThingPage']),
    );
    expect(schemas['Thing']).toMatchObject({
      properties: { parts: { type: 'array', items: { $ref: '#/components/schemas/Part' } } },
    });
    expect(schemas['Part']).toMatchObject({
      properties: {
        size: { type: 'integer', exclusiveMinimum: 0 },
        note: { type: ['string', 'null'] },
      },
    });
    expect(schemas['Thing']).not.toHaveProperty('id');
  });

  it('refers to nothing that is not there', () => {
    const names = Object.keys(document.components?.schemas ?? {});
    const referred = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
    expect(referred.length).toBeGreaterThan(5);
    for (const [, name] of referred) expect(names).toContain(name);
  });

  it('names parameters one by one', () => {
    expect(operation('/v1/things', 'get').parameters).toMatchObject([
      {
        name: 'limit',
        in: 'query',
        required: false,
        schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
      },
      { name: 'cursor', in: 'query', required: false, schema: { type: 'string', maxLength: 500 } },
    ]);
    expect(operation('/v1/things/{thingId}/picture', 'get').parameters).toMatchObject([
      { name: 'thingId', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
    ]);
    expect(operation('/v1/things', 'post').parameters).toMatchObject([
      { name: 'Idempotency-Key', in: 'header', required: true, schema: { maxLength: 200 } },
    ]);
  });

  it('tells every problem of every operation', () => {
    const post = operation('/v1/things', 'post');
    expect(post['x-problems']).toEqual([
      'invalid_request',
      'malformed_json',
      'idempotency_key_missing',
      'unauthenticated',
      'forbidden',
      'wrong_state',
      'payload_too_large',
      'unsupported_media_type',
      'idempotency_key_reused',
      'internal',
      'overloaded',
      'unavailable',
    ]);
    expect(Object.keys(post.responses)).toEqual([
      '201',
      '400',
      '401',
      '403',
      '409',
      '413',
      '415',
      '422',
      '500',
      '503',
    ]);
    expect(post.responses).toMatchObject({
      409: {
        description: expect.stringContaining('`wrong_state`'),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
      503: { headers: { 'Retry-After': {} } },
    });
    expect(operation('/v1/things/{thingId}/picture', 'get').responses).not.toHaveProperty('401');
  });
});
