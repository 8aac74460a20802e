import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import formatsPlugin from 'ajv-formats';
import { eventMap, type TopicDefinition } from '#contracts';
import { asyncApi } from './async-api.js';
import type { ConsumersInCode } from './consumers-in-code.js';

const require = createRequire(import.meta.url);
const published = require('@asyncapi/specs/schemas/3.0.0-without-$id.json') as object;

interface Document {
  channels: Record<string, { address: string; messages: Record<string, { $ref: string }> }>;
  operations: Record<string, { action: string; channel: { $ref: string }; 'x-planned'?: true }>;
  components: {
    messages: Record<string, { name: string; headers: object; payload: object; examples: Example[] }>;
    schemas: { CloudEventHeaders: object };
  };
}
interface Example {
  headers: Record<string, string>;
  payload: unknown;
}

const inCode: ConsumersInCode = new Map([['redemption', new Set(['catalog.coupon.v1'])]]);
const document = JSON.parse(asyncApi('1.2.3', inCode).content) as Document;
const ajv = new Ajv({ strict: false, allErrors: true });
formatsPlugin.default(ajv);

describe('The AsyncAPI document', () => {
  it('is valid by the published schema of AsyncAPI 3.0', () => {
    const validate = ajv.compile(published);
    expect(validate(document) ? [] : validate.errors).toEqual([]);
  });

  it('is refused by that schema when it is broken, so the check above can fail', () => {
    const validate = ajv.compile(published);
    const first = Object.keys(document.operations)[0] ?? '';
    const operations = { ...document.operations, [first]: { action: 'shout' } };
    expect(validate({ ...document, operations })).toBe(false);
  });

  it('has a channel per topic and per service for its dead letters', () => {
    expect(Object.keys(document.channels)).toHaveLength(Object.keys(eventMap).length + 5);
    expect(Object.keys(document.channels['redemption.dead-letter.v1']?.messages ?? {})).toEqual([
      'dead-lettered',
    ]);
    expect(document.operations['redemption.send.redemption.dead-letter.v1']?.action).toBe('send');
  });

  it('refers to nothing that is not there', () => {
    const text = JSON.stringify(document);
    for (const [, path = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const [room = '', ...rest] = path.split('/');
      const found =
        room === 'channels'
          ? document.channels[rest.join('/')]
          : (document.components as Record<string, Record<string, object>>)[rest[0] ?? '']?.[rest[1] ?? ''];
      expect({ path, found: found !== undefined }).toEqual({ path, found: true });
    }
  });

  it('names who sends and who receives, and marks who does not yet', () => {
    expect(document.operations['catalog.send.catalog.coupon.v1']).toEqual({
      action: 'send',
      channel: { $ref: '#/channels/catalog.coupon.v1' },
      tags: [{ name: 'catalog' }],
    });
    expect(document.operations['redemption.receive.catalog.coupon.v1']?.['x-planned']).toBeUndefined();
    expect(document.operations['scheduler.receive.catalog.coupon.v1']?.['x-planned']).toBe(true);
    expect(document.operations['targeting.send.platform.follow.v1']?.action).toBe('send');
    expect(document.operations['targeting.send.targeting.grant.v1']?.['x-planned']).toBe(true);
  });

  it.each(Object.entries(document.components.messages).filter(([key]) => key !== 'dead-lettered.v1'))(
    '%s: the example fits the payload and the headers that it describes',
    (_key, message) => {
      const [example] = message.examples;
      const payload = ajv.compile(message.payload);
      expect(payload(example?.payload) ? [] : payload.errors).toEqual([]);
      const headers = ajv.compile(document.components.schemas.CloudEventHeaders);
      expect(headers(example?.headers) ? [] : headers.errors).toEqual([]);
      expect(example?.headers['ce_type']).toBe(message.name);
    },
  );

  it('requires the headers that the envelope requires', () => {
    expect(document.components.schemas.CloudEventHeaders).toMatchObject({
      required: expect.arrayContaining(['ce_specversion', 'ce_id', 'ce_tenantid', 'ce_correlationid']),
    });
  });

  it('is the same every time', () => {
    const topics: TopicDefinition[] = Object.values(eventMap);
    expect(asyncApi('1.2.3', inCode, topics).content).toBe(asyncApi('1.2.3', inCode).content);
  });
});
