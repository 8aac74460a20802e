import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { tokenClaims } from '#contracts';
import { newId } from '../new-id.js';
import { type BadToken, startTestIssuer, type TestIssuer } from './test-issuer.js';

describe('the test issuer', () => {
  let issuer: TestIssuer;
  beforeAll(async () => {
    issuer = await startTestIssuer();
  });
  afterAll(() => issuer.stop());

  const verify = (token: string) => {
    const keys = createRemoteJWKSet(new URL(issuer.jwksUrl));
    return jwtVerify(token, keys, {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: ['ES256'],
    });
  };

  it('mints tokens that verify against its keys and fit the contract', async () => {
    const tenant = newId();
    const { payload } = await verify(
      await issuer.token({ role: 'channel_owner', tenant, channels: [newId()] }),
    );
    expect(tokenClaims.parse(payload)).toMatchObject({ role: 'channel_owner', tenant });
  });

  it('bears an https name, as production demands, while its keys are served here', async () => {
    const named = await startTestIssuer({ name: 'https://issuer.test' });
    try {
      const token = await named.token({ role: 'end_user' });
      const keys = createRemoteJWKSet(new URL(named.jwksUrl));
      const { payload } = await jwtVerify(token, keys, { issuer: 'https://issuer.test' });
      expect(payload.iss).toBe(named.env.AUTH_ISSUER);
    } finally {
      await named.stop();
    }
  });

  const reasons: [BadToken, RegExp][] = [
    ['other_key', /signature verification failed/],
    ['unsigned', /alg|Algorithm/],
    ['expired', /"exp"/],
    ['not_yet_valid', /"nbf"/],
    ['other_issuer', /"iss"/],
    ['other_audience', /"aud"/],
    ['tampered', /signature verification failed/],
  ];

  it.each(reasons)('mints a bad token: %s', async (kind, reason) => {
    await expect(verify(await issuer.badToken(kind, { role: 'end_user' }))).rejects.toThrow(reason);
  });

  it('mints a well signed token without a tenant', async () => {
    const { payload } = await verify(await issuer.badToken('without_tenant', { role: 'end_user' }));
    expect(tokenClaims.safeParse(payload).error?.issues.map(({ path }) => path[0])).toEqual(['tenant']);
  });
});
