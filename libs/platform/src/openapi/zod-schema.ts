import { z } from 'zod';

interface Converted {
  schema: unknown;
  components: Record<string, unknown>;
}

/**
 * JSON Schema 2020-12 of a zod schema, which is what OpenAPI 3.1 takes. Schemas with an id (`.meta({ id })`) become
 * components of that name, wherever they occur.
 */
export function zodSchema(
  schema: unknown,
  { schemaType }: { schemaType: 'input' | 'output' },
): Converted | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const {
    $schema: _dialect,
    $defs = {},
    ...root
  } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io: schemaType,
    unrepresentable: 'any',
  });
  const components = Object.fromEntries(Object.entries($defs).map(([name, part]) => [name, withoutId(part)]));
  if (root.id === undefined) return { schema: root, components };
  return {
    schema: { $ref: `#/components/schemas/${root.id}` },
    components: { ...components, [root.id]: withoutId(root) },
  };
}

/** The id names the component; in the document a reader would take it for a base address. */
function withoutId(schema: object): object {
  const { id: _id, ...rest } = schema as { id?: string };
  return rest;
}
