import { readFile, writeFile } from 'node:fs/promises';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';

export const ALGORITHM = 'ES256';

export interface SigningKey {
  readonly privateKey: CryptoKey;
  /** What the key set publishes. */
  readonly publicJwk: JWK & { readonly kid: string };
}

/** The key kept in `file`, made there by the first start; without a file a new one that ends with the process. */
export async function signingKey(file: string | undefined): Promise<SigningKey> {
  if (file === undefined) return fromJwk(await newKey());
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (kept !== undefined) return fromJwk(parsed(kept, file));
  const jwk = await newKey();
  await writeFile(file, JSON.stringify(jwk), { mode: 0o600, flag: 'wx' });
  return fromJwk(jwk);
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  return exportJWK(privateKey);
}

function parsed(text: string, file: string): JWK {
  try {
    return JSON.parse(text) as JWK;
  } catch (cause) {
    throw new Error(`${file} holds no key: remove it, and the next start makes one.`, { cause });
  }
}

async function fromJwk(jwk: JWK): Promise<SigningKey> {
  const { d: _private, ...publicPart } = jwk;
  const kid = await calculateJwkThumbprint(publicPart);
  const key = await importJWK(jwk, ALGORITHM);
  if (key instanceof Uint8Array) throw new Error('the key file holds a shared secret, not a key pair');
  return { privateKey: key, publicJwk: { ...publicPart, kid, alg: ALGORITHM, use: 'sig' } };
}
