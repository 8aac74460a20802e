import { Injectable } from '@nestjs/common';
import { jwtVerify, errors } from 'jose';
import { tokenClaims } from '#contracts';
import type { TokenClaims } from '#contracts';
import { Clock } from '../clock/clock.js';
import { PlatformConfig } from '../config/platform-config.js';
import { ProblemError } from '../problems/problem-error.js';
import { IssuerKeys } from './issuer-keys.js';
import type { Principal } from './principal.js';
import { VerifiedTokens } from './verified-tokens.js';

/** Public-key algorithms only: with a shared-secret one, our copy of the public key would sign tokens. */
const ALGORITHMS = ['ES256', 'RS256', 'EdDSA'];
/** Seconds by which the issuer's clock and ours may differ. */
const CLOCK_TOLERANCE_SECONDS = 5;
/** About 600 bytes each. */
const VERIFIED_TOKENS_LIMIT = 20_000;
/** Ours have about 700 characters; a thousand channels make 40,000. */
const TOKEN_LENGTH_LIMIT = 48_000;

@Injectable()
export class TokenVerifier {
  readonly #verified = new VerifiedTokens(VERIFIED_TOKENS_LIMIT);

  constructor(
    private readonly config: PlatformConfig,
    private readonly keys: IssuerKeys,
    private readonly clock: Clock,
  ) {}

  /** At once for a token seen before. Throws or rejects with problem `unauthenticated`, or `unavailable` without keys. */
  verify(token: string): Principal | Promise<Principal> {
    if (token.length > TOKEN_LENGTH_LIMIT) throw unauthenticated('the token is too long');
    const key = VerifiedTokens.keyOf(token);
    const nowSeconds = this.clock.now().getTime() / 1000 - CLOCK_TOLERANCE_SECONDS;
    return this.#verified.get(key, nowSeconds) ?? this.#verifyNew(key, token);
  }

  async #verifyNew(key: string, token: string): Promise<Principal> {
    const claims = await this.#claimsOf(token);
    const parsed = tokenClaims.safeParse(claims);
    if (!parsed.success) {
      const names = new Set(parsed.error.issues.map(({ path }) => String(path[0])));
      throw unauthenticated(`the token lacks these claims or has them malformed: ${[...names].join(', ')}`);
    }
    const principal = principalFrom(parsed.data);
    this.#verified.set(key, principal);
    return principal;
  }

  async #claimsOf(token: string): Promise<object> {
    try {
      const { payload } = await jwtVerify(token, (header, input) => this.keys.keyFor(header, input), {
        algorithms: ALGORITHMS,
        issuer: this.config.AUTH_ISSUER,
        audience: this.config.AUTH_AUDIENCE,
        requiredClaims: ['exp'],
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: this.clock.now(),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) throw unauthenticated(whyRefused(error), error);
      throw new ProblemError(
        'unavailable',
        { detail: 'The keys of the token issuer cannot be read.' },
        { cause: error },
      );
    }
  }
}

function principalFrom(claims: TokenClaims): Principal {
  const { tenant, sub, role, exp, channels, partner, store, device } = claims;
  return Object.freeze({
    tenantId: tenant,
    subject: sub,
    role,
    channels: Object.freeze(channels ?? []),
    expiresAt: exp,
    ...(partner && { partner }),
    ...(store && { store }),
    ...(device && { device }),
  });
}

/** Names the check that failed, never what the token or the keys hold. */
function whyRefused(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `the claim ${error.claim} is not accepted here`;
  if (error instanceof errors.JOSEAlgNotAllowed)
    return `the token's algorithm is not one of ${ALGORITHMS.join(', ')}`;
  if (error instanceof errors.JWSSignatureVerificationFailed) return "the token's signature is not right";
  if (error instanceof errors.JWKSNoMatchingKey) return "the token's key is not one of its issuer's";
  return 'the token is malformed';
}

function unauthenticated(detail: string, cause?: unknown): ProblemError {
  return new ProblemError('unauthenticated', { detail: `${sentence(detail)}.` }, { cause });
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
