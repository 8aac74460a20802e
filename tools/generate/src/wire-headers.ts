import { z } from 'zod';
import { envelope } from '#contracts';

/** A header of every record; on the wire each is text. */
export interface WireHeader {
  readonly name: string;
  readonly always: boolean;
  readonly description: string;
  /** Where it never differs. */
  readonly constant?: string;
}

const constants: readonly WireHeader[] = [
  {
    name: 'ce_specversion',
    always: true,
    constant: '1.0',
    description: 'Of CloudEvents: `1.0`.',
  },
  {
    name: 'content-type',
    always: true,
    constant: 'application/json',
    description: 'Of the value: `application/json`.',
  },
];

/** The envelope's attributes under the names that they have on Kafka. */
export function wireHeaders(): WireHeader[] {
  const { properties = {}, required = [] } = z.toJSONSchema(envelope, { io: 'input', target: 'draft-07' });
  const attributes = Object.entries(properties).map(([attribute, schema]) => ({
    name: `ce_${attribute.toLowerCase()}`,
    always: required.includes(attribute),
    description: (typeof schema === 'object' ? schema.description : undefined) ?? '',
  }));
  return [...constants, ...attributes];
}
