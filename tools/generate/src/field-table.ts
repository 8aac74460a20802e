import type { JsonSchema } from './json-schemas.js';

export interface Field {
  /** `stock.redeemed`, `storeIds[]`; one way of several: `cause (bonus).couponId`. */
  path: string;
  type: string;
  required: boolean;
  /** What a missing field means, as JSON; undefined = nothing is said of it. */
  absent?: string;
  description: string;
}

/** The fields of a payload, depth first, as rows of a table. */
export function fieldsOf(schema: JsonSchema, prefix = ''): Field[] {
  const alternatives = variantsOf(schema);
  if (alternatives !== undefined) return alternatives.flatMap((variant) => variantFields(variant, prefix));
  const required = new Set(schema.required ?? []);
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    typeof property === 'boolean' ? [] : fieldRows(`${prefix}${name}`, property, required.has(name)),
  );
}

function fieldRows(path: string, schema: JsonSchema, required: boolean): Field[] {
  const absent = schema.default === undefined ? {} : { absent: JSON.stringify(schema.default) };
  const row = { path, type: typeOf(schema), required, ...absent, description: schema.description ?? '' };
  const inner = withoutNull(schema);
  const items = inner.type === 'array' ? inner.items : undefined;
  if (typeof items === 'object' && !Array.isArray(items)) return [row, ...nested(`${path}[]`, items)];
  return [row, ...nested(path, inner)];
}

function nested(path: string, schema: JsonSchema): Field[] {
  if (variantsOf(schema) !== undefined) return fieldsOf(schema, path);
  return schema.properties === undefined ? [] : fieldsOf(schema, `${path}.`);
}

function variantFields(variant: JsonSchema, prefix: string): Field[] {
  const kind = constantOf(variant.properties?.['kind']);
  const rows = fieldsOf(variant, prefix === '' ? `(${kind}) ` : `${prefix} (${kind}).`);
  return rows.map((row) =>
    row.path.endsWith('kind') ? { ...row, description: variant.description ?? '' } : row,
  );
}

function variantsOf(schema: JsonSchema): JsonSchema[] | undefined {
  const variants = (schema.oneOf ?? schema.anyOf)?.filter((variant) => typeof variant === 'object');
  return variants?.every((variant) => variant.properties?.['kind'] !== undefined) ? variants : undefined;
}

/** `anyOf [x, null]` is how a nullable object is written. */
function withoutNull(schema: JsonSchema): JsonSchema {
  const present = (schema.anyOf ?? []).filter(
    (variant): variant is JsonSchema => typeof variant === 'object' && variant.type !== 'null',
  );
  return present.length === 1 && present[0] !== undefined ? present[0] : schema;
}

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' \\| ');
  if (variantsOf(schema) !== undefined) return 'one of';
  if (schema.anyOf !== undefined)
    return schema.anyOf.map((way) => (typeof way === 'object' ? typeOf(way) : '')).join(' \\| ');
  const name = Array.isArray(schema.type) ? schema.type.join(' \\| ') : (schema.type ?? 'any');
  return schema.format === undefined ? name : `${name} (${schema.format})`;
}

function constantOf(schema: JsonSchema | boolean | undefined): string {
  return typeof schema === 'object' ? String(schema.const) : '';
}
