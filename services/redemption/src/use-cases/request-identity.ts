import { createHash } from 'node:crypto';

export interface RequestScope {
  readonly tenantId: string;
  /** Who asks: a token's subject, or a name of our own for internal keys. */
  readonly principal: string;
  readonly route: string;
  readonly idempotencyKey: string;
}

/** One intended redemption, whatever number of times it is sent. UUID-shaped, 128 bits of SHA-256. */
export function reservationId(scope: RequestScope): string {
  return digest([scope.tenantId, scope.principal, scope.route, scope.idempotencyKey]);
}

/** What was asked for under the key; the coupon counts, though it stands in the path and not in the body. */
export function requestFingerprint(couponId: string, bodyHash: string): string {
  return digest([couponId, bodyHash]);
}

function digest(parts: readonly string[]): string {
  // Length first, so that no two lists of parts give the same text.
  const text = parts.map((part) => `${part.length}:${part}`).join('');
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
