import type { ServiceName } from '#contracts';
import type { FrontDoorConfig } from './config.js';
import { ReplicaSet } from './routing/replica-set.js';
import type { Upstream } from './routing/route-of.js';

/** Who serves what; the issuer only where there is one. */
export type Upstreams = Record<ServiceName, ReplicaSet> & Partial<Record<Upstream, ReplicaSet>>;

export function upstreamsOf(config: FrontDoorConfig, now: () => number): Upstreams {
  const set = (...urls: string[]): ReplicaSet => new ReplicaSet(urls, now);
  return {
    catalog: set(config.CATALOG_URL),
    redemption: set(...config.REDEMPTION_URLS),
    scheduler: set(config.SCHEDULER_URL),
    notification: set(config.NOTIFICATION_URL),
    targeting: set(config.TARGETING_URL),
    ...(config.ISSUER_URL === undefined ? {} : { issuer: set(config.ISSUER_URL) }),
  };
}
