import { newId } from '#testkit';
import type { BenchIssuer } from './bench-issuer.js';

/** Fewer than a process keeps verified: in production a wallet's token was seen when its list was shown. */
export const USER_COUNT = 16_000;

export interface People {
  readonly tenantId: string;
  readonly userIds: readonly string[];
  /** In the order of `userIds`. */
  readonly tokens: readonly string[];
}

export function makePeople(issuer: BenchIssuer, count: number): People {
  const tenantId = newId();
  const userIds = Array.from({ length: count }, () => newId());
  const tokens = userIds.map((sub) =>
    issuer.token({ role: 'end_user', tenant: tenantId, sub, device: newId() }),
  );
  return { tenantId, userIds, tokens };
}
