import type { Principal } from '../auth/principal.js';

/** A state-changing request as far as idempotency is concerned; see {@link IdempotentCommands}. */
export interface CommandRequest {
  readonly principal: Principal;
  /** As the caller chose it: 1 to 200 visible ASCII characters. */
  readonly idempotencyKey: string;
  /** Method, path pattern and path parameters: one key may serve two coupons. */
  readonly route: string;
  /** SHA-256, hex, of the canonical JSON body (keys sorted). */
  readonly bodyHash: string;
  readonly correlationId: string;
}

/** What the caller is answered. */
export interface CommandAnswer<T> {
  readonly status: number;
  readonly body: T;
  readonly headers?: Readonly<Record<string, string>>;
}
