import { createRequire } from 'node:module';

/** A record as kafkajs hands it to its encoder (protocol/recordBatch/record/v0). */
export interface RecordToEncode {
  readonly offsetDelta?: number;
  readonly timestampDelta?: number;
  readonly key?: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly headers?: Readonly<Record<string, HeaderValue | HeaderValue[] | undefined>>;
}
type HeaderValue = string | Buffer;

/** What kafkajs takes from its encoder: `buf` shows that it is one, `buffer` is what goes out. */
export interface EncodedRecord {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}
type RecordEncoder = (record: RecordToEncode) => EncodedRecord;

const MODULE = 'kafkajs/src/protocol/recordBatch/record/v0/index.js';
/** Zigzag doubles a number; it must still fit 32 bits. */
const LARGEST = 0x3fff_ffff;
const NOTHING = -1;

/** Where a record is written before its length is known; grows to the largest record seen. */
let scratch = Buffer.allocUnsafe(16 * 1024);

/**
 * Puts `encodeRecord` in the place of kafkajs' own encoder, which makes a zeroed 512-byte buffer per header: 25 µs for
 * one of our facts, against 4. kafkajs 2.2.4, pinned, is its last release and looks the module up when it first produces.
 * Where modules cannot be replaced (Jest's have a cache of their own) everything works as before, at kafkajs' pace.
 */
export function encodeRecordsFast(): void {
  const require = createRequire(import.meta.url);
  const original = require(MODULE) as RecordEncoder;
  const loaded = require.cache[require.resolve(MODULE)];
  if (loaded === undefined || loaded.exports === encodeFast) return;
  slowly = original;
  loaded.exports = encodeFast;
}

let slowly: RecordEncoder | undefined;

function encodeFast(record: RecordToEncode): EncodedRecord {
  const { timestampDelta = 0 } = record;
  const isUnusual = timestampDelta < 0 || timestampDelta > LARGEST;
  return isUnusual && slowly !== undefined ? slowly(record) : encodeRecord(record);
}

/**
 * A record of Kafka's record batch, version 2, with its length in front.
 * @param record its deltas are whole numbers from 0 to 2^30
 */
export function encodeRecord(record: RecordToEncode): EncodedRecord {
  const { offsetDelta = 0, timestampDelta = 0, key, value, headers = {} } = record;
  const all = Object.entries(headers).flatMap(([name, given]) =>
    Array.isArray(given) ? given.map((one) => [name, one] as const) : [[name, given] as const],
  );
  makeRoom(record, all);
  let at = 0;
  // No attributes are in use.
  scratch[at++] = 0;
  at = putVarint(timestampDelta, at);
  at = putVarint(offsetDelta, at);
  at = putBytes(key, at);
  at = putBytes(value, at);
  at = putVarint(all.length, at);
  for (const [name, one] of all) at = putBytes(one, putBytes(name, at));
  const bodyEnd = at;
  at = putVarint(bodyEnd, at);
  const lengthSize = at - bodyEnd;
  const buffer = Buffer.allocUnsafe(lengthSize + bodyEnd);
  scratch.copy(buffer, 0, bodyEnd, at);
  scratch.copy(buffer, lengthSize, 0, bodyEnd);
  return { buf: buffer, buffer };
}

/** At most four bytes of UTF-8 per character, and the numbers between. */
function makeRoom({ key, value }: RecordToEncode, headers: readonly (readonly [string, unknown])[]): void {
  let needed = 64 + 4 * (sizeOf(key) + sizeOf(value));
  for (const [name, one] of headers) needed += 16 + 4 * (name.length + sizeOf(one));
  if (needed > scratch.length) scratch = Buffer.allocUnsafe(2 * needed);
}

function sizeOf(value: unknown): number {
  return typeof value === 'string' || Buffer.isBuffer(value) ? value.length : 0;
}

/** Kafka's varint: zigzag, seven bits a byte, the lowest first. */
function putVarint(value: number, at: number): number {
  let left = value === NOTHING ? 1 : value * 2;
  while (left > 0x7f) {
    scratch[at++] = (left & 0x7f) | 0x80;
    left >>>= 7;
  }
  scratch[at++] = left;
  return at;
}

function putBytes(value: string | Buffer | null | undefined, at: number): number {
  if (value === null || value === undefined) return putVarint(NOTHING, at);
  const length = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
  const start = putVarint(length, at);
  if (typeof value !== 'string') value.copy(scratch, start);
  else scratch.write(value, start, length, length === value.length ? 'latin1' : 'utf8');
  return start + length;
}
