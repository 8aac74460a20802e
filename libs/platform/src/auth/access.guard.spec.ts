import { Controller, Get } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JSONWebKeySet } from 'jose';
import type { Problem, Role } from '#contracts';
import { type BadToken, newId, startTestIssuer, type TestIssuer } from '#testkit';
import { edgeApp } from '../http/testing/edge-app.js';
import { CurrentPrincipal, Public, Roles } from './access.decorators.js';
import type { Principal } from './principal.js';

@Roles('channel_owner')
@Controller('guarded')
class GuardedController {
  @Get('owners')
  owners(@CurrentPrincipal() principal: Principal): Principal {
    return principal;
  }

  @Get('others')
  @Roles('end_user', 'service')
  others(@CurrentPrincipal() principal: Principal): Principal {
    return principal;
  }

  @Get('anybody')
  @Public()
  anybody(): object {
    return {};
  }
}

@Controller('forgotten')
class ForgottenController {
  @Get('door')
  door(): object {
    return {};
  }

  @Get('window')
  @Public()
  window(): object {
    return {};
  }
}

const now = () => Math.floor(Date.now() / 1000);

describe('the door of every route', () => {
  let issuer: TestIssuer;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    issuer = await startTestIssuer();
    ({ app } = await edgeApp([GuardedController], { env: issuer.env }));
  });
  afterAll(async () => {
    await app.close();
    await issuer.stop();
  });

  const call = (url: string, authorization?: string) =>
    app.inject({ url, headers: authorization === undefined ? {} : { authorization } });

  it('hands the handler who is calling', async () => {
    const claims = { tenant: newId(), sub: newId(), channels: [newId()], exp: now() + 60 };
    const token = await issuer.token({ role: 'channel_owner', ...claims });
    const answer = await call('/guarded/owners', `Bearer ${token}`);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      tenantId: claims.tenant,
      subject: claims.sub,
      role: 'channel_owner',
      channels: claims.channels,
      expiresAt: claims.exp,
    });
  });

  it('keeps what belongs to a cashier and to a wallet', async () => {
    const claims = { partner: newId(), store: newId(), device: newId() };
    const token = await issuer.token({ role: 'end_user', ...claims });
    expect((await call('/guarded/others', `Bearer ${token}`)).json()).toMatchObject({
      ...claims,
      channels: [],
    });
  });

  const roles: [Role, string, number][] = [
    ['channel_owner', '/guarded/owners', 200],
    ['end_user', '/guarded/owners', 403],
    ['cashier', '/guarded/owners', 403],
    ['tenant_admin', '/guarded/owners', 403],
    ['service', '/guarded/owners', 403],
    ['channel_owner', '/guarded/others', 403],
    ['end_user', '/guarded/others', 200],
    ['service', '/guarded/others', 200],
  ];
  it.each(roles)('answers %s at %s with %i', async (role, url, status) => {
    const token = `Bearer ${await issuer.token({ role })}`;
    // The second time the token comes from the memory of verified ones
    for (const _ of [1, 2]) expect((await call(url, token)).statusCode).toBe(status);
  });

  it('says which roles would do', async () => {
    const answer = await call('/guarded/others', `Bearer ${await issuer.token({ role: 'cashier' })}`);
    expect(answer.json<Problem>()).toMatchObject({
      code: 'forbidden',
      detail: 'The token has role cashier; this route takes end_user, service.',
    });
  });

  it('is open where a route says so', async () => {
    expect((await call('/guarded/anybody')).statusCode).toBe(200);
    expect((await call('/guarded/anybody', 'Bearer nonsense')).statusCode).toBe(200);
  });

  const headers: [string, string | undefined][] = [
    ['none', undefined],
    ['empty', ''],
    ['another scheme', 'Basic YTpi'],
    ['no token', 'Bearer '],
    ['garbage', 'Bearer garbage'],
    ['three parts of garbage', 'Bearer a.b.c'],
    ['a list', 'Bearer a.b.c, Bearer a.b.c'],
  ];
  it.each(headers)('refuses an Authorization header that is %s', async (_what, header) => {
    const answer = await call('/guarded/owners', header);
    expect(answer.json<Problem>()).toMatchObject({ code: 'unauthenticated', status: 401 });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  const bad: [BadToken, RegExp][] = [
    ['other_key', /signature/],
    ['unsigned', /algorithm|malformed/],
    ['expired', /expired/],
    ['not_yet_valid', /nbf/],
    ['other_issuer', /iss/],
    ['other_audience', /aud/],
    ['tampered', /signature/],
    ['without_tenant', /tenant/],
  ];
  it.each(bad)('refuses a token that is %s and says why', async (kind, why) => {
    const token = await issuer.badToken(kind, { role: 'channel_owner' });
    const answer = await call('/guarded/owners', `Bearer ${token}`);
    expect(answer.json<Problem>()).toMatchObject({
      code: 'unauthenticated',
      detail: expect.stringMatching(why),
    });
    expect(answer.body).not.toContain(token.slice(0, 30));
  });

  it('refuses a token signed with the public key as a shared secret', async () => {
    const { keys } = (await (await fetch(issuer.jwksUrl)).json()) as JSONWebKeySet;
    const secret = new TextEncoder().encode(JSON.stringify(keys[0]));
    const kid = String(keys[0]?.kid);
    const token = await signed('HS256', secret, kid);
    const answer = await call('/guarded/owners', `Bearer ${token}`);
    expect(answer.json<Problem>()).toMatchObject({
      code: 'unauthenticated',
      detail: expect.stringContaining('ES256'),
    });
  });

  it('refuses an algorithm that is public-key but not on the list', async () => {
    const { privateKey } = await generateKeyPair('PS256');
    const answer = await call('/guarded/owners', `Bearer ${await signed('PS256', privateKey, 'x')}`);
    expect(answer.json<Problem>()).toMatchObject({ detail: expect.stringContaining('algorithm') });
  });

  it('refuses a token with a key of its own inside', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(publicKey);
    const token = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'ES256', jwk, kid: 'mine' })
      .sign(privateKey);
    const answer = await call('/guarded/owners', `Bearer ${token}`);
    expect(answer.json<Problem>()).toMatchObject({ detail: expect.stringContaining('key') });
  });

  it('forgives a clock that is a few seconds off, not more', async () => {
    const justEnded = await issuer.token({ role: 'channel_owner', exp: now() - 2 });
    expect((await call('/guarded/owners', `Bearer ${justEnded}`)).statusCode).toBe(200);
    const ended = await issuer.token({ role: 'channel_owner', exp: now() - 8 });
    expect((await call('/guarded/owners', `Bearer ${ended}`)).statusCode).toBe(401);
  });

  const claims = () => ({
    iss: issuer.issuer,
    aud: issuer.audience,
    sub: newId(),
    tenant: newId(),
    role: 'channel_owner',
    exp: now() + 600,
  });
  const signed = (alg: string, key: Parameters<SignJWT['sign']>[0], kid: string) =>
    new SignJWT(claims()).setProtectedHeader({ alg, kid }).sign(key);
});

describe('a service', () => {
  it('does not start with a route that names nobody', async () => {
    await expect(edgeApp([GuardedController, ForgottenController])).rejects.toThrow(
      'Nobody is named who may call ForgottenController.door. Add @Roles(…) or @Public() to each.',
    );
  });

  it('answers 503, not 401, when the keys cannot be read', async () => {
    const issuer = await startTestIssuer();
    const token = await issuer.token({ role: 'channel_owner' });
    await issuer.stop();
    const { app } = await edgeApp([GuardedController], { env: issuer.env });
    const answer = await app.inject({
      url: '/guarded/owners',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(answer.json<Problem>()).toMatchObject({ code: 'unavailable', status: 503 });
    expect(answer.headers['retry-after']).toBe('1');
    await app.close();
  });
});
