import { describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { type EncodedRecord, encodeRecord, type RecordToEncode } from './kafkajs-records.js';

const require = createRequire(import.meta.url);
const ofKafkajs = require('kafkajs/src/protocol/recordBatch/record/v0/index.js') as (
  record: RecordToEncode,
) => EncodedRecord;

const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const headerValue = fc.oneof(text, bytes);
const record = fc.record(
  {
    offsetDelta: fc.nat({ max: 5_000 }),
    timestampDelta: fc.nat({ max: 0x3fff_ffff }),
    key: fc.oneof(text, bytes, fc.constant(null)),
    value: fc.oneof(text, bytes, fc.constant(null)),
    headers: fc.dictionary(text, fc.oneof(headerValue, fc.array(headerValue, { maxLength: 3 }))),
  },
  { requiredKeys: ['value'] },
);

const hex = ({ buffer }: EncodedRecord): string => buffer.toString('hex');

describe('a record for the broker', () => {
  it('is byte for byte what kafkajs makes of it', () => {
    fc.assert(
      fc.property(record, (one) => {
        expect(hex(encodeRecord(one))).toBe(hex(ofKafkajs(one)));
      }),
      { numRuns: 500 },
    );
  });

  it.each([63, 64, 8_191, 8_192, 1_048_576])(
    'of %d bytes has its length in as many bytes as needed',
    (size) => {
      const one = { value: 'x'.repeat(size), headers: { ce_id: 'ž'.repeat(size) } };
      expect(hex(encodeRecord(one))).toBe(hex(ofKafkajs(one)));
    },
  );

  it('is not touched by the next one', () => {
    const first = encodeRecord({ value: 'first' });
    const before = hex(first);
    encodeRecord({ value: 'second' });
    expect(hex(first)).toBe(before);
  });
});
