import { hash } from 'node:crypto';
import type { Principal } from './principal.js';

/**
 * Tokens that have been verified, until they end: a public-key check per request would double what a request costs.
 * Bounded; the least recently used go first. Keyed by digest, so that a memory dump holds no usable token.
 */
export class VerifiedTokens {
  readonly #principals = new Map<string, Principal>();

  constructor(private readonly limit: number) {}

  static keyOf(token: string): string {
    return hash('sha256', token, 'base64');
  }

  /** `nowSeconds`: epoch seconds after which a token counts as ended. */
  get(key: string, nowSeconds: number): Principal | undefined {
    const principal = this.#principals.get(key);
    if (!principal) return undefined;
    this.#principals.delete(key);
    if (principal.expiresAt <= nowSeconds) return undefined;
    this.#principals.set(key, principal);
    return principal;
  }

  set(key: string, principal: Principal): void {
    this.#principals.set(key, principal);
    if (this.#principals.size <= this.limit) return;
    const oldest = this.#principals.keys().next();
    if (!oldest.done) this.#principals.delete(oldest.value);
  }

  get size(): number {
    return this.#principals.size;
  }
}
