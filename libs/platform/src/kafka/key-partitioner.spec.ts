import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Message, type PartitionMetadata, Partitioners } from 'kafkajs';
import { murmur2, partitionByKey } from './key-partitioner.js';

const partitions = (count: number): PartitionMetadata[] =>
  Array.from({ length: count }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));

const args = (message: Partial<Message>, count: number) => ({
  topic: 't',
  partitionMetadata: partitions(count),
  message: { value: '', ...message },
});

describe('the partition of a key', () => {
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('follows the hash that the Java client gives for %s', (key, hash) => {
    expect(murmur2(key)).toBe(hash);
  });

  it("is the one of kafkajs' default partitioner, for every key", () => {
    const [ours, theirs] = [partitionByKey(), Partitioners.DefaultPartitioner()];
    const keys = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.uuid(),
      fc.uint8Array().map((array) => Buffer.from(array)),
    );
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 50 }), (key, count) => {
        expect(ours(args({ key }, count))).toBe(theirs(args({ key }, count)));
      }),
    );
  });

  it('is the one asked for, or any where there is no key', () => {
    expect(partitionByKey()(args({ key: 'k', partition: 7 }, 9))).toBe(7);
    expect([0, 1, 2]).toContain(partitionByKey()(args({ key: null }, 3)));
  });
});
