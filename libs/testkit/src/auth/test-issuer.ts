import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import type { TokenClaims } from '#contracts';
import { newId } from '../new-id.js';

/** Claims as a test states them. `exp` in seconds since 1970; one hour from now when left out. */
export type TestClaims = Partial<TokenClaims> & Pick<TokenClaims, 'role'>;

/** Tokens that every service must refuse, by what is wrong with them. */
export type BadToken =
  | 'other_key'
  | 'unsigned'
  | 'expired'
  | 'not_yet_valid'
  | 'other_issuer'
  | 'other_audience'
  | 'tampered'
  | 'without_tenant';

export interface TestIssuer {
  issuer: string;
  jwksUrl: string;
  audience: string;
  /** What a service needs to know to trust this issuer. */
  env: { AUTH_ISSUER: string; AUTH_AUDIENCE: string; AUTH_JWKS_URL: string };
  token(claims: TestClaims): Promise<string>;
  badToken(kind: BadToken, claims: TestClaims): Promise<string>;
  stop(): Promise<void>;
}

const algorithm = 'ES256';
const audience = 'octopus-coupons-test';

/**
 * An issuer of tokens with keys of its own, served over HTTP on the loopback.
 * @param name of the issuer (claim `iss`), where it must be https, as in production; its own address when left out
 */
export async function startTestIssuer({ name }: { name?: `https://${string}` } = {}): Promise<TestIssuer> {
  const keys = await generateKeyPair(algorithm);
  const otherKeys = await generateKeyPair(algorithm);
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: newId(), alg: algorithm, use: 'sig' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = name ?? address;
  const jwksUrl = `${address}/.well-known/jwks.json`;
  const mint = { issuer, kid: jwk.kid, key: keys.privateKey, otherKey: otherKeys.privateKey };
  return {
    issuer,
    jwksUrl,
    audience,
    env: { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience, AUTH_JWKS_URL: jwksUrl },
    token: (claims) => sign(wholeClaims(issuer, claims), mint),
    badToken: (kind, claims) => badToken(kind, wholeClaims(issuer, claims), mint),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type WholeClaims = Omit<TokenClaims, 'tenant'> & { tenant?: string; aud: string; nbf?: number };

interface Mint {
  kid: string;
  key: CryptoKey;
  otherKey: CryptoKey;
}

function wholeClaims(issuer: string, claims: TestClaims): WholeClaims & { tenant: string } {
  return { iss: issuer, aud: audience, sub: newId(), tenant: newId(), exp: inSeconds(3600), ...claims };
}

async function badToken(kind: BadToken, claims: WholeClaims, mint: Mint): Promise<string> {
  switch (kind) {
    case 'other_key':
      return sign(claims, { ...mint, key: mint.otherKey });
    case 'unsigned':
      return new UnsecuredJWT({ ...claims }).encode();
    case 'expired':
      return sign({ ...claims, exp: inSeconds(-600) }, mint);
    case 'not_yet_valid':
      return sign({ ...claims, nbf: inSeconds(600) }, mint);
    case 'other_issuer':
      return sign({ ...claims, iss: 'https://issuer.example' }, mint);
    case 'other_audience':
      return sign({ ...claims, aud: 'another-product' }, mint);
    case 'tampered':
      return tampered(await sign(claims, mint));
    case 'without_tenant': {
      const { tenant: _tenant, ...rest } = claims;
      return sign(rest, mint);
    }
  }
}

function sign(claims: WholeClaims, { key, kid }: Pick<Mint, 'key' | 'kid'>): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' })
    .setIssuedAt()
    .sign(key);
}

/** The same token with another role in its payload and the old signature. */
function tampered(token: string): string {
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { role: string };
  const changed = { ...claims, role: claims.role === 'service' ? 'tenant_admin' : 'service' };
  return [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
}

function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}
