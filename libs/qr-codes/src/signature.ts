import { type Code, type PassCode, bodyOf, prefixes, SIGNATURE_BYTES } from './code.js';
import { bytesOfBase64url, joined, uuidBytes } from './bytes.js';

/** Bytes of a secret that signs codes. */
export const KEY_BYTES = 32;
/** Bytes of the signature in a code that is typed. */
export const TYPED_SIGNATURE_BYTES = 10;

const text = new TextEncoder();

/**
 * HMAC-SHA256 over the prefix and the body, its first 16 bytes.
 * @param key 32 bytes
 */
export async function signatureOf(key: Uint8Array<ArrayBuffer>, code: Code): Promise<Uint8Array> {
  const signed = joined(text.encode(prefixes[code.kind]), bodyOf(code));
  return (await hmac(key, signed)).subarray(0, SIGNATURE_BYTES);
}

/** Of the same pass code as it is typed by hand: another prefix, so that neither can be made from the other. */
export async function typedSignatureOf(key: Uint8Array<ArrayBuffer>, code: PassCode): Promise<Uint8Array> {
  const signed = joined(text.encode('OC1T:'), bodyOf(code));
  return (await hmac(key, signed)).subarray(0, TYPED_SIGNATURE_BYTES);
}

/** Which pass a typed code is of: the first 5 bytes of a SHA-256. Not secret, and not unique beyond doubt. */
export async function passReference(pass: Omit<PassCode, 'kind' | 'step'>): Promise<Uint8Array> {
  const named = joined(
    text.encode('OC1R:'),
    uuidBytes(pass.couponId),
    uuidBytes(pass.userId),
    bytesOfBase64url(pass.deviceTag, 4),
  );
  return new Uint8Array(await crypto.subtle.digest('SHA-256', named)).subarray(0, REFERENCE_BYTES);
}
export const REFERENCE_BYTES = 5;

/** Takes as long for a difference in the first byte as for one in the last. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at += 1) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}

async function hmac(key: Uint8Array<ArrayBuffer>, signed: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  if (key.length !== KEY_BYTES) throw new TypeError(`a key has ${KEY_BYTES} bytes, not ${key.length}`);
  const hash = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', key, hash, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, signed));
}
