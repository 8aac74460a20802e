import { createRequire } from 'node:module';
import { OutgoingRecord } from './outgoing-record.js';
import { RecordWriter } from './record-writer.js';

/** What kafkajs' producer asks its protocol to write (broker/index.js, `produce`). */
export interface ProduceArguments {
  readonly acks: number;
  readonly timeout: number;
  readonly compression?: number;
  readonly transactionalId?: string | null;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly messages: readonly unknown[] }[];
  }[];
}

/** What kafkajs takes from an encoder: `buf` shows that it is one, `buffer` is what goes out. */
export interface Encoded {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}
interface ProduceRequest {
  readonly request: { readonly encode: () => Promise<Encoded> };
}
type Protocol = (of: { version: number }) => (args: ProduceArguments) => ProduceRequest;

const MODULE = 'kafkajs/src/protocol/requests/produce/index.js';
/** From this version on a request carries record batches of version 2. */
const FIRST_WITH_RECORD_BATCHES = 3;
const BYTES_BESIDE_RECORDS = 128;
/** And the record's own framing. */
const BYTES_OF_OWN_HEADERS = 400;
const installed = Symbol('encodes our records');

/**
 * Has kafkajs' producers send our records as `encodeProduce` writes them: kafkajs makes a zeroed buffer per header, copies
 * every record six times and takes a checksum byte by byte (docs/adr/0011). kafkajs 2.2.4, pinned, is its last release.
 * Messages of anybody else's are encoded as ever.
 */
export function encodeRecordsFast(): void {
  const require = createRequire(import.meta.url);
  const produce = require(MODULE) as { protocol: Protocol & { [installed]?: true } };
  const { protocol } = produce;
  if (protocol[installed]) return;
  const ours: Protocol = ({ version }) => {
    const theirs = protocol({ version });
    return (args) => {
      const made = theirs(args);
      if (version < FIRST_WITH_RECORD_BATCHES || !isOurs(args)) return made;
      return { ...made, request: { ...made.request, encode: () => Promise.resolve(encodeProduce(args)) } };
    };
  };
  produce.protocol = Object.assign(ours, { [installed]: true as const });
}

type OurArguments = ProduceArguments & {
  readonly topicData: readonly {
    readonly partitions: readonly { readonly messages: readonly OutgoingRecord[] }[];
  }[];
};

/** A send is all ours or not at all. */
function isOurs(args: ProduceArguments): args is OurArguments {
  return args.topicData[0]?.partitions[0]?.messages[0] instanceof OutgoingRecord;
}

/**
 * The body of a produce request, versions 3 to 7, without compression or transaction.
 * @param now milliseconds
 */
export function encodeProduce({ acks, timeout, topicData }: OurArguments, now = Date.now()): Encoded {
  const writer = new RecordWriter(sizeOf(topicData));
  // No transaction.
  writer.int16(-1).int16(acks).int32(timeout).int32(topicData.length);
  for (const { topic, partitions } of topicData) {
    writer.string(topic).int32(partitions.length);
    for (const { partition, messages } of partitions) writer.int32(partition).batch(messages, now);
  }
  const buffer = writer.written();
  return { buf: buffer, buffer };
}

/** About as many bytes as it will take, when the texts are mostly ASCII: growing on the way costs a copy. */
function sizeOf(topicData: OurArguments['topicData']): number {
  let bytes = 1_024;
  for (const { partitions } of topicData)
    for (const { messages } of partitions) {
      bytes += BYTES_BESIDE_RECORDS;
      for (const { key, value, shared } of messages)
        bytes += BYTES_OF_OWN_HEADERS + key.length + value.length + shared.bytes.length;
    }
  return bytes;
}
