import { describe, expect, it, jest } from '@jest/globals';
import { createRequire } from 'node:module';
import fc from 'fast-check';
import { type Encoded, encodeProduce, encodeRecordsFast } from './kafkajs-records.js';
import { OutgoingRecord, SharedHeaders } from './outgoing-record.js';

const NOW = Date.parse('2026-11-22T10:00:00.123Z');

/** As kafkajs' producer asks for it, not idempotent and in no transaction. */
function asked(messages: unknown, topic = 't') {
  const partitions = Object.entries(messages as object).map(([partition, of]) => ({
    partition: Number(partition),
    messages: of as OutgoingRecord[],
    firstSequence: 0,
  }));
  return {
    acks: -1,
    timeout: 3_000,
    producerId: -1,
    producerEpoch: 0,
    compression: 0,
    topicData: [
      { topic, partitions },
      { topic: `${topic}.ž`, partitions },
    ],
  };
}
type Asked = ReturnType<typeof asked>;

const require = createRequire(import.meta.url);
const ofKafkajs = require('kafkajs/src/protocol/requests/produce/v7/request.js') as (args: Asked) => {
  encode: () => Promise<Encoded>;
};

/** What kafkajs makes of the same messages, at the same instant. */
async function expected(args: Asked): Promise<string> {
  const plain = args.topicData.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ messages, ...partition }) => ({
      ...partition,
      messages: messages.map(({ key, value, headers, shared }) => ({
        key,
        value,
        headers: { ...shared.headers, ...headers },
      })),
    })),
  }));
  const clock = jest.spyOn(Date, 'now').mockReturnValue(NOW);
  try {
    return hex(await ofKafkajs({ ...args, topicData: plain as Asked['topicData'] }).encode());
  } finally {
    clock.mockRestore();
  }
}

const hex = ({ buffer }: Encoded): string => buffer.toString('hex');

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ maxLength: 70 }),
  fc.uuid(),
);
/** Names apart: no header is in both. */
const headersOf = (prefix: string) =>
  fc
    .array(fc.tuple(text, text), { maxLength: 5 })
    .map((pairs) => Object.fromEntries(pairs.map(([name, value]) => [`${prefix}${name}`, value])));
const record = fc
  .tuple(text, text, headersOf('own '), headersOf('shared '))
  .map(([key, value, own, shared]) => new OutgoingRecord(key, value, own, new SharedHeaders(shared)));
const perPartition = fc.dictionary(
  fc.nat({ max: 20 }).map(String),
  fc.array(record, { minLength: 1, maxLength: 5 }),
  {
    minKeys: 1,
    maxKeys: 3,
  },
);

describe('records for the broker', () => {
  it('are byte for byte what kafkajs makes of them', async () => {
    await fc.assert(
      fc.asyncProperty(perPartition, async (partitions) => {
        const args = asked(partitions);
        expect(hex(encodeProduce(args, NOW))).toBe(await expected(args));
      }),
      { numRuns: 300 },
    );
  });

  it.each([0, 1, 50, 62, 63, 64, 8_150, 8_191, 8_192, 70_000, 1_048_576])(
    'of %d characters have their length in as many bytes as needed',
    async (size) => {
      for (const character of ['x', 'ž']) {
        const one = new OutgoingRecord('', character.repeat(size), {});
        const headed = new OutgoingRecord('k', '', { ce_id: character.repeat(size) });
        const args = asked({ 0: [one, headed, one] });
        expect(hex(encodeProduce(args, NOW))).toBe(await expected(args));
      }
    },
  );

  it('have numbers in their batch that take more than a byte', async () => {
    const args = asked({ 3: Array.from({ length: 300 }, (_, n) => new OutgoingRecord(`${n}`, 'x', {})) });
    expect(hex(encodeProduce(args, NOW))).toBe(await expected(args));
  });

  it('may have a header without a value, which kafkajs cannot write', () => {
    const args = asked({ 0: [new OutgoingRecord('k', 'v', { ab: null }, new SharedHeaders({ cd: null }))] });
    // Two headers; of each two bytes of name, and a length of -1.
    expect(hex(encodeProduce(args, NOW))).toContain(`04${'04636401'}${'04616201'}`);
  });

  it('are refused when a header is no text', () => {
    const wrong = new OutgoingRecord('k', 'v', { ce_revision: 3 as unknown as string });
    expect(() => encodeProduce(asked({ 0: [wrong] }), NOW)).toThrow(TypeError);
  });
});

describe("kafkajs' produce request", () => {
  const produce = require('kafkajs/src/protocol/requests/produce/index.js') as {
    protocol: (of: { version: number }) => (args: Asked) => { request: ReturnType<typeof ofKafkajs> };
  };

  it('carries our records as we write them, and leaves those of others as they were', async () => {
    encodeRecordsFast();
    encodeRecordsFast();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(NOW);
    try {
      const ours = asked({ 0: [new OutgoingRecord('k', 'v', { a: '1' }, new SharedHeaders({ b: '2' }))] });
      const { request } = produce.protocol({ version: 7 })(ours);
      expect(request).toMatchObject({ apiKey: 0, apiVersion: 7, apiName: 'Produce' });
      expect(hex(await request.encode())).toBe(hex(encodeProduce(ours, NOW)));
      const theirs = asked({ 0: [{ key: Buffer.from('k'), value: null, headers: { a: ['1', '2'] } }] });
      expect(hex(await produce.protocol({ version: 7 })(theirs).request.encode())).toBe(
        hex(await ofKafkajs(theirs).encode()),
      );
    } finally {
      clock.mockRestore();
    }
  });
});
