import { describe, expect, it } from '@jest/globals';
import { requestFingerprint, reservationId } from './request-identity.js';

const scope = { tenantId: 't', principal: 'p', route: 'r', idempotencyKey: 'k' };

describe('reservationId', () => {
  it('is the same for the same request and has the form of a UUID', () => {
    expect(reservationId(scope)).toBe(reservationId({ ...scope }));
    expect(reservationId(scope)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it.each(['tenantId', 'principal', 'route', 'idempotencyKey'] as const)('differs by %s', (part) => {
    expect(reservationId({ ...scope, [part]: 'other' })).not.toBe(reservationId(scope));
  });

  it('does not mix up where one part ends and the next begins', () => {
    const [a, b] = [
      { ...scope, route: 'ab', idempotencyKey: 'c' },
      { ...scope, route: 'a', idempotencyKey: 'bc' },
    ];
    expect(reservationId(a)).not.toBe(reservationId(b));
  });
});

describe('requestFingerprint', () => {
  it('differs by coupon and by body', () => {
    const one = requestFingerprint('coupon', 'body');
    expect(requestFingerprint('coupon', 'body')).toBe(one);
    expect(requestFingerprint('other', 'body')).not.toBe(one);
    expect(requestFingerprint('coupon', 'other')).not.toBe(one);
  });
});
