import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { demo, demoUserId, demoUsers, personas, tokenClaims } from '#contracts';
import { issuerConfig } from './config.js';
import { issuerApp } from './issuer-app.js';
import type { TokenAnswer } from './issuer-app.js';
import { signingKey } from './signing-key.js';

const issuer = 'http://127.0.0.1:3999';
const audience = 'octopus-coupons';

describe('the development issuer', () => {
  let app: FastifyInstance;
  beforeAll(async () => {
    app = issuerApp({ key: await signingKey(undefined), audience, issuer: () => issuer });
  });
  afterAll(() => app.close());

  /** The claims, verified as a service would with the published keys. */
  async function claimsOf(answer: { json: <T>() => T }): Promise<object> {
    const keys = (await app.inject('/.well-known/jwks.json')).json<JSONWebKeySet>();
    const { access_token } = answer.json<TokenAnswer>();
    const { payload } = await jwtVerify(access_token, createLocalJWKSet(keys), { issuer, audience });
    return tokenClaims.parse(payload);
  }

  it('says where its keys and tokens are', async () => {
    expect((await app.inject('/.well-known/openid-configuration')).json()).toMatchObject({
      issuer,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      token_endpoint: `${issuer}/token`,
    });
  });

  it('publishes no private part', async () => {
    const { keys } = (await app.inject('/.well-known/jwks.json')).json<JSONWebKeySet>();
    expect(keys).toHaveLength(1);
    expect(keys[0]).not.toHaveProperty('d');
  });

  it.each(Object.keys(personas))('signs in the persona %s', async (name) => {
    for (const method of ['GET', 'POST'] as const)
      expect(await claimsOf(await app.inject({ method, url: `/token/${name}` }))).toMatchObject(
        personas[name] ?? {},
      );
  });

  it('gives the bare token to whoever asks for text', async () => {
    const answer = await app.inject({ url: '/token/ana', headers: { accept: 'text/plain' } });
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(await claimsOf({ json: <T>() => ({ access_token: answer.body }) as T })).toMatchObject({
      sub: demoUsers.ana.userId,
    });
  });

  it('signs in any number of nameless users, always the same id for a number', async () => {
    expect(await claimsOf(await app.inject('/token/user-4711'))).toMatchObject({
      role: 'end_user',
      sub: demoUserId(4711),
      tenant: demo.tenant,
    });
  });

  it.each(['nobody', 'user-', 'user-x', 'user-01', 'constructor', '__proto__'])(
    'knows no persona %s',
    async (name) => {
      const answer = await app.inject(`/token/${name}`);
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).toMatchObject({
        code: 'not_found',
        detail: expect.stringContaining('ana, bruno'),
      });
    },
  );

  it('signs claims as asked', async () => {
    const body = { role: 'end_user', sub: demoUsers.bruno.userId, expiresInSeconds: 60 };
    const answer = await app.inject({ method: 'POST', url: '/token', body });
    expect(answer.json()).toMatchObject({ token_type: 'Bearer', expires_in: 60 });
    const claims = (await claimsOf(answer)) as { exp: number };
    expect(claims).toMatchObject({ role: 'end_user', sub: demoUsers.bruno.userId, tenant: demo.tenant });
    expect(claims.exp - Date.now() / 1000).toBeLessThanOrEqual(60);
  });

  it.each([
    [{}, 'role'],
    [{ role: 'king' }, 'role'],
    [{ role: 'service', sub: 'me' }, 'sub'],
    [{ role: 'service', admin: true }, 'admin'],
  ])('refuses %j and names the claim', async (body, claim) => {
    const answer = await app.inject({ method: 'POST', url: '/token', body });
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining(claim),
    });
  });

  it('answers what it does not know or cannot read with a code, too', async () => {
    expect((await app.inject('/nothing')).json()).toMatchObject({ code: 'not_found', status: 404 });
    const headers = { 'content-type': 'application/json' };
    const broken = await app.inject({ method: 'POST', url: '/token', headers, body: '{' });
    expect(broken.json()).toMatchObject({ code: 'invalid_request', status: 400 });
  });
});

describe('the key file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'octopus-issuer-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('keeps the key over a restart, readable by its owner only', async () => {
    const file = join(folder, 'key.json');
    const first = await signingKey(file);
    expect((await signingKey(file)).publicJwk).toEqual(first.publicJwk);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toHaveProperty('d');
  });

  it('is named when it holds no key', async () => {
    const file = join(folder, 'broken.json');
    await writeFile(file, '{');
    await expect(signingKey(file)).rejects.toThrow(`${file} holds no key`);
  });
});

describe('its configuration', () => {
  it('refuses production in one line', () => {
    expect(() => issuerConfig({ NODE_ENV: 'production' })).toThrow(
      /^The development issuer .* NODE_ENV=production\.$/,
    );
  });

  it('names what is wrong', () => {
    expect(() => issuerConfig({ PORT: 'x', ISSUER_URL: 'nowhere' })).toThrow(/PORT: .*; ISSUER_URL: /);
  });

  it('runs without any variable', () => {
    expect(issuerConfig({ PORT: '' })).toMatchObject({
      PORT: 3999,
      HOST: '127.0.0.1',
      AUTH_AUDIENCE: audience,
    });
  });
});
