import type { PoolConfig } from 'pg';

/** Milliseconds. The server's own limits are set on every connection, so no code path can forget them. */
export const timeLimits = {
  statement: 10_000,
  lock: 5_000,
  idleInTransaction: 15_000,
  /** Waiting for a free connection of the pool, or for a new one. */
  connect: 5_000,
  /** Longer than the server's own limit: strikes only when the server does not even answer that (a frozen network). */
  answer: 15_000,
} as const;

/** What pg's pool gets beyond the address. */
export const poolSettings = {
  statement_timeout: timeLimits.statement,
  lock_timeout: timeLimits.lock,
  idle_in_transaction_session_timeout: timeLimits.idleInTransaction,
  query_timeout: timeLimits.answer,
  connectionTimeoutMillis: timeLimits.connect,
  idleTimeoutMillis: 30_000,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
} as const satisfies PoolConfig;
