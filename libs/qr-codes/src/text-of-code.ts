import { fromBase45, toBase45 } from './base45.js';
import { joined } from './bytes.js';
import { bodyOf, type Code, type CodeKind, codeOf, kindOfLength, prefixes, SIGNATURE_BYTES } from './code.js';
import { signatureOf } from './signature.js';
import { decodeTypedCode, type TypedCode } from './typed-code.js';

/** A code as it was read; nobody has looked at its signature yet. */
export interface ReadCode {
  readonly kind: 'scanned';
  readonly code: Code;
  readonly signature: Uint8Array;
}

export interface MalformedCode {
  readonly kind: 'malformed';
  /** One sentence for a person. */
  readonly reason: string;
}

const kinds = Object.keys(prefixes) as CodeKind[];

/**
 * The text that a QR code holds.
 * @param key 32 bytes, secret
 */
export async function signedCode(key: Uint8Array<ArrayBuffer>, code: Code): Promise<string> {
  return prefixes[code.kind] + toBase45(joined(bodyOf(code), await signatureOf(key, code)));
}

/**
 * Reads what was scanned or typed; never throws. Lower case and space around are forgiven. Within a scanned code spaces
 * and dashes are data, so they are forgiven only in the code that is made for typing.
 */
export function readCode(input: string): ReadCode | TypedCode | MalformedCode {
  const text = input.trim().toUpperCase();
  const kind = kinds.find((one) => text.startsWith(prefixes[one]));
  if (kind === undefined) {
    if (/^OC\d/.test(text)) return malformed('The code is of a kind or version that is not known here.');
    return decodeTypedCode(text) ?? malformed('It is neither a scanned code nor one to be typed.');
  }
  const bytes = fromBase45(text.slice(prefixes[kind].length));
  if (bytes === undefined) return malformed('A character of the code is wrong or missing.');
  if (!kindOfLength(kind, bytes.length)) return malformed('The code is cut off or too long.');
  const bodyLength = bytes.length - SIGNATURE_BYTES;
  return {
    kind: 'scanned',
    code: codeOf(kind, bytes.subarray(0, bodyLength)),
    signature: bytes.subarray(bodyLength),
  };
}

function malformed(reason: string): MalformedCode {
  return { kind: 'malformed', reason };
}
