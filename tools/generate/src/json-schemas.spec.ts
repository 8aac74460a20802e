import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formatsPlugin from 'ajv-formats';
import { z } from 'zod';
import { defineEvent, defineTopic, eventMap, type TopicDefinition } from '#contracts';
import { jsonSchemaFiles, payloadSchema } from './json-schemas.js';

const topics: TopicDefinition[] = Object.values(eventMap);
const files = jsonSchemaFiles();
const events = topics.flatMap((topic) =>
  Object.entries(topic.events).map(([name, event]) => ({
    topic,
    name,
    event,
    title: `${topic.name} ${name}`,
  })),
);

function parsed(index: number): Record<string, unknown> {
  return JSON.parse(files[index]?.content ?? '') as Record<string, unknown>;
}

describe('JSON Schemas of the facts', () => {
  it('have one file per fact, each under a name of its own', () => {
    expect(files).toHaveLength(events.length);
    expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
  });

  it.each(events.map((event, index) => ({ ...event, index })))(
    '$title: strict JSON Schema 2020-12, which takes the sample and a newer field, and not a lack of fields',
    ({ topic, name, event, index }) => {
      const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
      formatsPlugin.default(ajv);
      const schema = parsed(index);
      const validate = ajv.compile(schema);
      expect(schema['$id']).toBe(`urn:octopus-coupons:schema:${topic.producer}.${name}.v1`);
      expect(validate(event.sample)).toBe(true);
      expect(validate({ ...(event.sample as object), newer: 1 })).toBe(true);
      expect(validate({})).toBe(false);
    },
  );

  it('leave a field with a default optional, as the reader fills it in', () => {
    const schema = payloadSchema(
      z.object({ removed: z.boolean().default(false), a: z.string() }),
      'draft-2020-12',
    );
    expect(schema.required).toEqual(['a']);
  });

  it("write OpenAPI's `example` as JSON Schema's `examples`, at every depth", () => {
    const inner = z.object({ zone: z.string().meta({ example: 'UTC' }) });
    const schema = payloadSchema(z.object({ list: z.array(inner) }), 'draft-2020-12');
    expect(JSON.stringify(schema)).toContain('"examples":["UTC"]');
    expect(JSON.stringify(schema)).not.toContain('"example":');
  });

  it('carry description and sample', () => {
    const topic = defineTopic({
      name: 'catalog.thing.v1',
      producer: 'catalog',
      consumers: [],
      description: 'Things.',
      key: 'id',
      compacted: false,
      partitions: 1,
      events: {
        'thing-made': defineEvent({
          description: 'A thing was made.',
          schema: z.object({ id: z.string().describe('Its id.') }),
          sample: { id: 'a' },
        }),
      },
    });
    expect(jsonSchemaFiles([topic])).toEqual([
      {
        path: 'docs/schemas/catalog.thing-made.v1.json',
        content: `${JSON.stringify(
          {
            $schema: 'https://json-schema.org/draft/2020-12/schema',
            $id: 'urn:octopus-coupons:schema:catalog.thing-made.v1',
            title: 'catalog.thing.v1 thing-made',
            description: 'A thing was made.',
            type: 'object',
            properties: { id: { type: 'string', description: 'Its id.' } },
            required: ['id'],
            examples: [{ id: 'a' }],
          },
          undefined,
          2,
        )}\n`,
      },
    ]);
  });
});
