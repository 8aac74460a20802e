import { z } from 'zod';
import { dataSchemaUri, eventMap, type TopicDefinition } from '#contracts';
import { jsonFile, type GeneratedFile } from './generated-file.js';

export type JsonSchema = z.core.JSONSchema.JSONSchema;

/**
 * JSON Schema of a payload as a reader must take it: fields with a default may be absent, unknown ones are allowed.
 * What JSON Schema cannot say (grapheme clusters, real time zones) stays in the descriptions.
 */
export function payloadSchema(schema: z.ZodType, target: 'draft-2020-12' | 'draft-07'): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    target,
    override: ({ jsonSchema }) => asExamples(jsonSchema),
  });
}

/** One file per event; `$id` is what the header `ce_dataschema` says. */
export function jsonSchemaFiles(
  topics: readonly TopicDefinition[] = Object.values(eventMap),
): GeneratedFile[] {
  return topics.flatMap((topic) =>
    Object.entries(topic.events).map(([name, event]) => {
      const { $schema, ...rest } = payloadSchema(event.schema, 'draft-2020-12');
      return jsonFile(schemaPath(topic, name), {
        $schema,
        $id: dataSchemaUri(topic, name),
        title: `${topic.name} ${name}`,
        description: event.description,
        ...rest,
        examples: [event.sample],
      });
    }),
  );
}

export function schemaPath(topic: TopicDefinition, name: string): string {
  return `docs/schemas/${topic.producer}.${name}.v1.json`;
}

/** OpenAPI 3.0's `example` is no keyword of JSON Schema. */
function asExamples(schema: JsonSchema): void {
  if (!('example' in schema)) return;
  schema.examples = [schema['example']];
  delete schema['example'];
}
