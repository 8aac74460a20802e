import { crc32c } from './crc32c.js';

/** Text of headers; null is one without a value. */
export type HeaderTexts = Readonly<Record<string, string | null>>;

/** What a record is made of. */
export interface RecordText {
  readonly key: string;
  readonly value: string;
  /** Headers that it shares with others, encoded once for all of them. */
  readonly shared: { readonly count: number; readonly bytes: Uint8Array };
  /** Its own. */
  readonly headers: HeaderTexts;
}

/** A record's length in front of it mostly takes so many bytes: 64 to 8,191 bytes follow. */
const USUAL_LENGTH_BYTES = 2;
/** Characters whose number takes one byte as a varint: such a text is written character by character. */
const SHORT = 63;
const BATCH_HEAD = 61;
const CRC_AT = 17;
const CHECKED_FROM = 21;

/** Kafka's binary format, big-endian, into a buffer that grows. */
export class RecordWriter {
  #buffer: Buffer;
  #at = 0;

  /** @param size bytes to begin with */
  constructor(size = 4_096) {
    this.#buffer = Buffer.allocUnsafe(size);
  }

  written(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  int16(value: number): this {
    this.#makeRoom(2);
    this.#at = this.#buffer.writeInt16BE(value, this.#at);
    return this;
  }

  int32(value: number): this {
    this.#makeRoom(4);
    this.#at = this.#buffer.writeInt32BE(value, this.#at);
    return this;
  }

  string(value: string): this {
    const length = Buffer.byteLength(value);
    this.int16(length);
    this.#makeRoom(length);
    this.#at += this.#buffer.write(value, this.#at);
    return this;
  }

  /**
   * A record batch, version 2, not compressed, of no transaction, with its size in front.
   * @param now milliseconds: the time of all its records
   */
  batch(records: readonly RecordText[], now: number): this {
    this.#makeRoom(4 + BATCH_HEAD);
    const start = this.#at + 4;
    this.#at = start + BATCH_HEAD;
    records.forEach((record, place) => this.record(record, place));
    const end = this.#at;
    const buffer = this.#buffer;
    buffer.writeInt32BE(end - start, start - 4);
    buffer.fill(0, start, start + BATCH_HEAD);
    buffer.writeInt32BE(end - start - 12, start + 8);
    buffer[start + 16] = 2;
    buffer.writeInt32BE(records.length - 1, start + 23);
    buffer.writeBigInt64BE(BigInt(now), start + 27);
    buffer.writeBigInt64BE(BigInt(now), start + 35);
    // No producer id.
    buffer.fill(0xff, start + 43, start + 51);
    buffer.writeInt32BE(records.length, start + 57);
    buffer.writeUInt32BE(crc32c(buffer, start + CHECKED_FROM, end), start + CRC_AT);
    return this;
  }

  /** @param place its number in the batch, from 0 */
  record({ key, value, shared, headers }: RecordText, place: number): void {
    // At most three bytes of UTF-8 per character.
    this.#makeRoom(64 + 3 * (key.length + value.length) + shared.bytes.length);
    const start = this.#at;
    this.#at = start + USUAL_LENGTH_BYTES;
    const body = this.#at;
    // No attributes are in use, and no time of its own.
    this.#buffer[this.#at++] = 0;
    this.#buffer[this.#at++] = 0;
    this.#varint(place);
    this.#text(key);
    this.#text(value);
    const names = Object.keys(headers);
    this.#varint(shared.count + names.length);
    this.#buffer.set(shared.bytes, this.#at);
    this.#at += shared.bytes.length;
    this.headers(headers, names);
    this.#putLength(start, body);
  }

  /** @throws TypeError when one is no text: nothing of a send with it may leave */
  headers(headers: HeaderTexts, names: readonly string[]): void {
    for (const name of names) {
      const value = headers[name] ?? null;
      if (value !== null && typeof value !== 'string') throw new TypeError(`header ${name} is no text`);
      this.#makeRoom(16 + 3 * (name.length + (value?.length ?? 0)));
      this.#text(name);
      this.#text(value);
    }
  }

  /** Where the body is longer or shorter than most, it moves. */
  #putLength(start: number, body: number): void {
    const length = this.#at - body;
    const moved = sizeOfVarint(length) - USUAL_LENGTH_BYTES;
    if (moved !== 0) {
      this.#makeRoom(moved);
      this.#buffer.copyWithin(body + moved, body, this.#at);
    }
    this.#at = start;
    this.#varint(length);
    this.#at += length;
  }

  #text(text: string | null): void {
    if (text === null) this.#varint(-1);
    else if (text.length > SHORT || !this.#asciiText(text)) this.#longText(text);
  }

  /** @returns false, with nothing written, when there is more than ASCII in it */
  #asciiText(text: string): boolean {
    const { length } = text;
    const buffer = this.#buffer;
    let at = this.#at;
    buffer[at++] = length * 2;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code > 0x7f) return false;
      buffer[at++] = code;
    }
    this.#at = at;
    return true;
  }

  #longText(text: string): void {
    const length = Buffer.byteLength(text);
    this.#varint(length);
    this.#buffer.write(text, this.#at, length, length === text.length ? 'latin1' : 'utf8');
    this.#at += length;
  }

  /** Kafka's varint: zigzag, seven bits a byte, the lowest first. From -1 to 2^30. */
  #varint(value: number): void {
    let left = value < 0 ? 1 : value * 2;
    while (left > 0x7f) {
      this.#buffer[this.#at++] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    this.#buffer[this.#at++] = left;
  }

  #makeRoom(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }
}

function sizeOfVarint(value: number): number {
  let size = 1;
  for (let left = value * 2; left > 0x7f; left >>>= 7) size += 1;
  return size;
}
