import { hash } from 'node:crypto';

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

/**
 * A redemption that nobody asked for over HTTP: the same parts, the same redemption. In a namespace of its own, which no
 * token's subject and no route can reach.
 */
export function internalReservationId(scope: {
  readonly tenantId: string;
  readonly purpose: string;
  readonly parts: readonly string[];
}): string {
  return digest(['internal', scope.tenantId, scope.purpose, ...scope.parts]);
}

/** What was asked for under the key; the coupon counts, though it stands in the path and not in the body. */
export function requestFingerprint(couponId: string, bodyHash: string): string {
  return digest([couponId, bodyHash]);
}

function digest(parts: readonly string[]): string {
  // Length first, so that no two lists of parts give the same text.
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  const hex = hash('sha256', text, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
