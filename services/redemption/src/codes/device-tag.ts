import { createHash } from 'node:crypto';
import { base64url, bytesOfBase64url } from '#qr-codes';

/** Which device a code is of: the first 4 bytes of a SHA-256, base64url. Enough to tell one user's devices apart. */
export function deviceTagOf(tenantId: string, deviceId: string): string {
  const digest = createHash('sha256').update(`device|${tenantId}|${deviceId}`).digest();
  return base64url(digest.subarray(0, 4));
}

/** As PostgreSQL's integer holds it: 32 bits, signed. */
export function deviceTagNumber(tag: string): number {
  return new DataView(bytesOfBase64url(tag, 4).buffer).getInt32(0);
}

/** The reverse of `deviceTagNumber`. */
export function deviceTagText(number: number): string {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, number);
  return base64url(bytes);
}
