import { describe, expect, it } from '@jest/globals';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { crc32c } from './crc32c.js';

const require = createRequire(import.meta.url);
const ofKafkajs = require('kafkajs/src/protocol/recordBatch/crc32C/index.js') as (data: Buffer) => number;

describe('CRC-32C', () => {
  // RFC 3720, B.4, and the check value of the catalogue of CRCs.
  it.each([
    [Buffer.alloc(32), 0x8a9136aa],
    [Buffer.alloc(32, 0xff), 0x62a8ab43],
    [Buffer.from('123456789'), 0xe3069283],
    [Buffer.alloc(0), 0],
  ])('of %j is as published', (data, sum) => {
    expect(crc32c(data, 0, data.length)).toBe(sum);
  });

  it("is kafkajs', of any part of a buffer", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat({ max: 20 }), (bytes, from) => {
        const data = Buffer.from(bytes);
        const start = Math.min(from, data.length);
        expect(crc32c(data, start, data.length)).toBe(ofKafkajs(data.subarray(start)));
      }),
    );
  });
});
