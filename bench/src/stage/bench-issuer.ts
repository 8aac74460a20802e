import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TokenClaims } from '#contracts';

const ISSUER = 'https://issuer.bench.example';
const AUDIENCE = 'octopus-coupons-bench';
const LIFE_SECONDS = 6 * 3600;

/** An issuer that production settings accept (https by name, keys from the loopback), fast enough for many tokens. */
export interface BenchIssuer {
  readonly env: { AUTH_ISSUER: string; AUTH_AUDIENCE: string; AUTH_JWKS_URL: string };
  token(
    claims: Pick<TokenClaims, 'role' | 'sub' | 'channels' | 'tenant' | 'device' | 'partner' | 'store'>,
  ): string;
  stop(): void;
}

export async function startBenchIssuer(): Promise<BenchIssuer> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomUUID();
  const keys = JSON.stringify({
    keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }],
  });
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(keys);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const header = encoded({ alg: 'ES256', kid, typ: 'JWT' });
  const exp = Math.floor(Date.now() / 1000) + LIFE_SECONDS;
  return {
    env: { AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE, AUTH_JWKS_URL: `http://127.0.0.1:${port}/keys` },
    token: (claims) => {
      const input = `${header}.${encoded({ iss: ISSUER, aud: AUDIENCE, iat: exp - LIFE_SECONDS, exp, ...claims })}`;
      const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return `${input}.${signature.toString('base64url')}`;
    },
    stop: () => void server.close(),
  };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
