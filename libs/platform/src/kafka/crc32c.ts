const POLYNOMIAL = 0x82f63b78;
/** Eight tables of 256: table n holds what a byte does to the checksum when n more bytes follow it. */
const tables = makeTables();

/**
 * CRC-32C of a part of a buffer, as Kafka's record batches carry it. Eight bytes a step: kafkajs takes one, which is three
 * times as long.
 */
export function crc32c(data: Uint8Array, from: number, to: number): number {
  let crc = -1;
  let at = from;
  for (; at + 8 <= to; at += 8) {
    const low = crc ^ (data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24));
    crc =
      tables[1792 + (low & 0xff)]! ^
      tables[1536 + ((low >>> 8) & 0xff)]! ^
      tables[1280 + ((low >>> 16) & 0xff)]! ^
      tables[1024 + (low >>> 24)]! ^
      tables[768 + data[at + 4]!]! ^
      tables[512 + data[at + 5]!]! ^
      tables[256 + data[at + 6]!]! ^
      tables[data[at + 7]!]!;
  }
  for (; at < to; at += 1) crc = tables[(crc ^ data[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

function makeTables(): Int32Array {
  const made = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    made[byte] = crc;
  }
  for (let at = 256; at < made.length; at += 1) {
    const before = made[at - 256] ?? 0;
    made[at] = (made[before & 0xff] ?? 0) ^ (before >>> 8);
  }
  return made;
}
