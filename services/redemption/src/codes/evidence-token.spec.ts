import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evidenceTicket } from '#contracts';
import { newId } from '#testkit';
import type { RedemptionConfig } from '../config.js';
import { CodeKeys } from './code-keys.js';
import { EvidenceTokens } from './evidence-token.js';

const [first, second, third] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [string, string, string];
const tokensOf = (secret: string, before?: string): EvidenceTokens =>
  new EvidenceTokens(
    new CodeKeys({
      REDEMPTION_CODE_SECRET: secret,
      REDEMPTION_CODE_SECRET_BEFORE: before,
    } as RedemptionConfig),
  );

describe('an evidence token', () => {
  const redeemedAt = '2026-11-22T12:00:00.123Z';

  it('says which redemption it is of, to any process with the secret', () => {
    const redemptionId = newId();
    const token = tokensOf(first).tokenFor(redemptionId, redeemedAt);
    expect(evidenceTicket.shape.token.parse(token)).toMatch(/^[\w-]{51}$/);
    expect(tokensOf(first).tokenFor(redemptionId, redeemedAt)).toBe(token);
    expect(tokensOf(first).read(token)).toEqual({ redemptionId, redeemedAt: new Date(redeemedAt) });
  });

  it('is none of ours with any bit flipped, or cut, or longer', () => {
    const tokens = tokensOf(first);
    const token = tokens.tokenFor(newId(), redeemedAt);
    fc.assert(
      fc.property(fc.nat(38 * 8 - 1), (at) => {
        const bytes = Buffer.from(token, 'base64url');
        bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7));
        expect(tokens.read(bytes.toString('base64url'))).toBeUndefined();
      }),
    );
    for (const other of ['', token.slice(1), `${token}A`, `${token}=`, token.toLowerCase(), '%'.repeat(51)])
      expect(tokens.read(other)).toBeUndefined();
  });

  it('outlives one change of the secret, not two', () => {
    const token = tokensOf(first).tokenFor(newId(), redeemedAt);
    expect(tokensOf(second, first).read(token)).toBeDefined();
    expect(tokensOf(second).read(token)).toBeUndefined();
    expect(tokensOf(third, second).read(token)).toBeUndefined();
  });
});
