import { Injectable } from '@nestjs/common';
import { createLocalJWKSet, errors } from 'jose';
import type { CryptoKey, FlattenedJWSInput, JSONWebKeySet, JWSHeaderParameters } from 'jose';
import { Clock } from '../clock/clock.js';
import { PlatformConfig } from '../config/platform-config.js';
import { Log } from '../logging/log.js';

/** The issuer's keys are read again after this time; meanwhile requests go on with the ones at hand. */
const MAX_AGE_MS = 10 * 60_000;
/** Least time between two fetches for a key id nobody knows: made-up ids must not turn into a flood at the issuer. */
const UNKNOWN_KEY_COOLDOWN_MS = 10_000;
/** Least time between two attempts while the issuer cannot be reached. */
const FAILURE_COOLDOWN_MS = 1000;
const FETCH_TIME_LIMIT_MS = 2000;

/** No keys can be had now: it says nothing about the token. */
export class KeysUnavailable extends Error {
  constructor(cause: unknown) {
    super('the keys of the token issuer cannot be read', { cause });
    this.name = 'KeysUnavailable';
  }
}

type KeySet = ReturnType<typeof createLocalJWKSet>;

/**
 * The issuer's public keys, fetched when first needed and kept. Once known they serve on while the issuer is away: its
 * outage must stop nobody who holds a valid token.
 */
@Injectable()
export class IssuerKeys {
  #keys: KeySet | undefined;
  #fetchedAt = -Infinity;
  #failed: { at: number; cause: unknown } | undefined;
  #pending: Promise<KeySet> | undefined;

  constructor(
    private readonly config: PlatformConfig,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * For readiness: a process that has no keys yet would refuse the storm that is sent to it. Once known they are enough.
   * @throws KeysUnavailable
   */
  async checkKnown(): Promise<void> {
    if (!this.#keys) await this.#fetch();
  }

  /** The key a token names. Throws jose's JWKSNoMatchingKey, or KeysUnavailable. */
  async keyFor(header: JWSHeaderParameters, token: FlattenedJWSInput): Promise<CryptoKey> {
    const keys = this.#keys ?? (await this.#fetch());
    const age = this.#now() - this.#fetchedAt;
    // In the background; a failure is logged where it happens and tried again by a later request.
    if (age > MAX_AGE_MS) void this.#fetch().catch(() => undefined);
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || age < UNKNOWN_KEY_COOLDOWN_MS) throw error;
      return (await this.#fetch())(header, token);
    }
  }

  #fetch(): Promise<KeySet> {
    if (this.#failed && this.#now() - this.#failed.at < FAILURE_COOLDOWN_MS)
      return Promise.reject(new KeysUnavailable(this.#failed.cause));
    this.#pending ??= this.#load().finally(() => (this.#pending = undefined));
    return this.#pending;
  }

  async #load(): Promise<KeySet> {
    try {
      const keys = createLocalJWKSet(await download(this.config.AUTH_JWKS_URL));
      this.#keys = keys;
      this.#fetchedAt = this.#now();
      this.#failed = undefined;
      return keys;
    } catch (cause) {
      this.#failed = { at: this.#now(), cause };
      this.log.warn({ err: cause }, 'The keys of the token issuer cannot be read');
      throw new KeysUnavailable(cause);
    }
  }

  #now(): number {
    return this.clock.now().getTime();
  }
}

async function download(url: string): Promise<JSONWebKeySet> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_TIME_LIMIT_MS),
  });
  if (!response.ok) throw new Error(`the key set was answered with status ${response.status}`);
  return (await response.json()) as JSONWebKeySet;
}
