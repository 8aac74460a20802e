import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { fieldsOf, type Field } from './field-table.js';
import { payloadSchema } from './json-schemas.js';

function rows(schema: z.ZodType): Field[] {
  return fieldsOf(payloadSchema(schema, 'draft-2020-12'));
}

function paths(schema: z.ZodType): string[] {
  return rows(schema).map(({ path }) => path);
}

describe('fieldsOf', () => {
  it('gives type, need and meaning of each field', () => {
    const schema = z.object({
      at: z.iso.datetime().describe('When.'),
      removed: z.boolean().default(false),
      max: z.int().nullable(),
      kind: z.enum(['a', 'b']),
    });
    expect(rows(schema)).toEqual([
      { path: 'at', type: 'string (date-time)', required: true, description: 'When.' },
      { path: 'removed', type: 'boolean', required: false, absent: 'false', description: '' },
      { path: 'max', type: 'integer \\| null', required: true, description: '' },
      { path: 'kind', type: '"a" \\| "b"', required: true, description: '' },
    ]);
  });

  it('goes into objects, nullable objects and arrays', () => {
    const point = z.object({ x: z.number() });
    expect(paths(z.object({ one: point, maybe: point.nullable(), many: z.array(point) }))).toEqual([
      'one',
      'one.x',
      'maybe',
      'maybe.x',
      'many',
      'many[]' + '.x',
    ]);
  });

  it('shows each way of a choice, told apart by `kind`', () => {
    const choice = z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), one: z.string() }).describe('The first way.'),
      z.object({ kind: z.literal('b'), two: z.string() }),
    ]);
    expect(rows(z.object({ cause: choice })).map(({ path, description }) => [path, description])).toEqual([
      ['cause', ''],
      ['cause (a).kind', 'The first way.'],
      ['cause (a).one', ''],
      ['cause (b).kind', ''],
      ['cause (b).two', ''],
    ]);
    expect(paths(choice)).toEqual(['(a) kind', '(a) one', '(b) kind', '(b) two']);
  });
});
