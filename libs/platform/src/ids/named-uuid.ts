import { createHash } from 'node:crypto';

/**
 * A UUIDv7 that is always the same for the same name and time: whoever makes it, however often, means one thing by it.
 * @param atMs milliseconds since 1970, the time that the id bears
 */
export function namedUuid(name: string, atMs: number): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  bytes.writeUIntBE(atMs, 0, 6);
  bytes.writeUInt8(0x70 | (bytes.readUInt8(6) & 0x0f), 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
