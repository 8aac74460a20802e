import { describe, expect, it } from '@jest/globals';
import type { Principal } from './principal.js';
import { VerifiedTokens } from './verified-tokens.js';

const principal = (expiresAt: number): Principal => ({
  tenantId: 't',
  subject: 's',
  role: 'end_user',
  channels: [],
  expiresAt,
});

describe('verified tokens', () => {
  it('are known until they end', () => {
    const tokens = new VerifiedTokens(10);
    const one = principal(100);
    tokens.set('a', one);
    expect(tokens.get('a', 99.9)).toBe(one);
    expect(tokens.get('a', 100)).toBeUndefined();
    expect(tokens.size).toBe(0);
  });

  it('are forgotten in the order of their last use, when there are too many', () => {
    const tokens = new VerifiedTokens(2);
    tokens.set('a', principal(100));
    tokens.set('b', principal(100));
    tokens.get('a', 0);
    tokens.set('c', principal(100));
    expect([tokens.get('a', 0), tokens.get('b', 0), tokens.get('c', 0)].map(Boolean)).toEqual([
      true,
      false,
      true,
    ]);
    expect(tokens.size).toBe(2);
  });

  it('are not kept in a form that could be used', () => {
    expect(VerifiedTokens.keyOf('header.payload.signature')).not.toContain('payload');
    expect(VerifiedTokens.keyOf('a')).not.toBe(VerifiedTokens.keyOf('b'));
  });
});
