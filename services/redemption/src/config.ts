import { z } from 'zod';
import { PlatformConfig, platformEnv } from '#platform';

const whole = (name: string) => z.coerce.number(`must be a whole number of ${name}`);

/** Redemption's own variables, beside those of every service. */
export const redemptionEnv = platformEnv.extend({
  /** Coupons are spread over so many queues; each may use two database connections at a time. */
  REDEMPTION_LANES: whole('lanes').pipe(z.int().min(1).max(64)).default(4),
  REDEMPTION_MAX_BATCH: whole('entries').pipe(z.int().min(1).max(256)).default(128),
  /** More waiting redemptions than this are answered 503. */
  REDEMPTION_MAX_WAITING: whole('entries').pipe(z.int().min(1).max(100_000)).default(4_000),
  /** More redemptions of one user at a time than this are answered 429. */
  REDEMPTION_MAX_PER_USER: whole('entries').pipe(z.int().min(1).max(1_000)).default(4),
  /** Milliseconds that a batch waits for Redis; after that, batches pass it by until it answers a probe. */
  REDEMPTION_REDIS_TIMEOUT_MS: whole('milliseconds').pipe(z.int().min(1).max(10_000)).default(50),
});

export type RedemptionConfigValues = Readonly<z.output<typeof redemptionEnv>>;

/** Injection token and type; its value is the frozen object that `loadConfig` returned. */
export abstract class RedemptionConfig extends PlatformConfig implements RedemptionConfigValues {
  abstract readonly REDEMPTION_LANES: number;
  abstract readonly REDEMPTION_MAX_BATCH: number;
  abstract readonly REDEMPTION_MAX_WAITING: number;
  abstract readonly REDEMPTION_MAX_PER_USER: number;
  abstract readonly REDEMPTION_REDIS_TIMEOUT_MS: number;
}
