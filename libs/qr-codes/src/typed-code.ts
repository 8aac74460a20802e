import { joined } from './bytes.js';
import { REFERENCE_BYTES, TYPED_SIGNATURE_BYTES } from './signature.js';

/** A pass code short enough to be typed: whose pass it is must be looked up, which step is meant is guessed from now. */
export interface TypedCode {
  readonly kind: 'typed';
  /** 5 bytes; see `passReference`. */
  readonly reference: Uint8Array;
  /** The step modulo 256. */
  readonly stepByte: number;
  /** 10 bytes; see `typedSignatureOf`. */
  readonly signature: Uint8Array;
}

/** Crockford's base 32: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUP = 4;
const BODY_BYTES = REFERENCE_BYTES + 1 + TYPED_SIGNATURE_BYTES;
/** 4 bits of version, the body, 8 bits of check sum: 140 bits. */
export const TYPED_CHARACTERS = (4 + (BODY_BYTES + 1) * 8) / 5;
const VERSION = 1n;

/** Seven groups of four: `2KX7-…`. */
export function encodeTypedCode(code: Omit<TypedCode, 'kind'>): string {
  const body = joined(code.reference, Uint8Array.of(code.stepByte), code.signature);
  if (body.length !== BODY_BYTES) throw new TypeError('reference or signature is of a wrong length');
  let bits = VERSION;
  for (const byte of [...body, checkSum(body)]) bits = (bits << 8n) | BigInt(byte);
  const characters = Array.from({ length: TYPED_CHARACTERS }, (_, at) =>
    ALPHABET.charAt(Number((bits >> BigInt((TYPED_CHARACTERS - 1 - at) * 5)) & 31n)),
  ).join('');
  return (characters.match(new RegExp(`.{${GROUP}}`, 'g')) ?? []).join('-');
}

/**
 * Forgives lower case, spaces, dashes, O for 0, and I or L for 1. Every single wrong character is found by the check sum.
 * @returns undefined when it is no such code
 */
export function decodeTypedCode(typed: string): TypedCode | undefined {
  const characters = typed
    .toUpperCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  if (characters.length !== TYPED_CHARACTERS) return undefined;
  let bits = 0n;
  for (const character of characters) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return undefined;
    bits = (bits << 5n) | BigInt(digit);
  }
  const bytes = Uint8Array.from({ length: BODY_BYTES + 1 }, (_, at) =>
    Number((bits >> BigInt((BODY_BYTES - at) * 8)) & 0xffn),
  );
  const body = bytes.subarray(0, BODY_BYTES);
  if (bits >> BigInt((BODY_BYTES + 1) * 8) !== VERSION || checkSum(body) !== bytes[BODY_BYTES])
    return undefined;
  return {
    kind: 'typed',
    reference: body.subarray(0, REFERENCE_BYTES),
    stepByte: body[REFERENCE_BYTES] ?? 0,
    signature: body.subarray(REFERENCE_BYTES + 1),
  };
}

/** CRC-8 (polynomial 0x07, from 0): tells a slip of the finger from a code that is not genuine. */
function checkSum(bytes: Uint8Array): number {
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 0x80 ? ((sum << 1) ^ 0x07) & 0xff : sum << 1;
  }
  return sum;
}
