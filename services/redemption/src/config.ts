import { z } from 'zod';
import { PlatformConfig, platformEnv } from '#platform';

const whole = (name: string) => z.coerce.number(`must be a whole number of ${name}`);

const secret = z
  .string()
  .min(32, 'must have at least 32 characters, best 32 random bytes as base64')
  .max(1_000, 'must have at most 1000 characters');

/** Connections beside those of the lanes and of lists: relay, consumers and jobs shall not starve. */
export const OTHER_CONNECTIONS = 2;

const variables = platformEnv.extend({
  /** So many batches may be decided at a time (combiner/lanes.ts); each may use two database connections. */
  REDEMPTION_LANES: whole('lanes').pipe(z.int().min(1).max(64)).default(2),
  REDEMPTION_MAX_BATCH: whole('entries').pipe(z.int().min(1).max(256)).default(128),
  /** More waiting redemptions than this are answered 503. */
  REDEMPTION_MAX_WAITING: whole('entries').pipe(z.int().min(1).max(100_000)).default(4_000),
  /** More redemptions of one user at a time than this are answered 429. */
  REDEMPTION_MAX_PER_USER: whole('entries').pipe(z.int().min(1).max(1_000)).default(4),
  /** Milliseconds that a batch waits for Redis; after that, batches pass it by until it answers a probe. */
  REDEMPTION_REDIS_TIMEOUT_MS: whole('milliseconds').pipe(z.int().min(1).max(10_000)).default(50),
  /** The keys of passes, codes and evidence are derived from it (docs/qr-codes.md). The default is refused in production. */
  REDEMPTION_CODE_SECRET: secret.default('development-only-0123456789-code-secret'),
  /** The secret before: what was signed with it stays good, nothing new is. */
  REDEMPTION_CODE_SECRET_BEFORE: secret.optional(),
  /** So many codes that are not genuine may one caller try in ten minutes; more are answered 429. */
  REDEMPTION_CODE_FAILURES: whole('failures').pipe(z.int().min(1).max(100_000)).default(20),
  /** And so many all callers of one tenant together, before every one of them who failed has to wait. */
  REDEMPTION_CODE_FAILURES_TENANT: whole('failures').pipe(z.int().min(1).max(10_000_000)).default(2_000),
  /** Milliseconds that earned points wait for their point name before they go to the dead letters. */
  REDEMPTION_NAME_WAIT_MS: whole('milliseconds').pipe(z.int().min(0).max(60_000)).default(10_000),
});

/** Redemption's own variables, beside those of every service. */
export const redemptionEnv = variables.refine(
  ({ REDEMPTION_LANES, DATABASE_POOL_SIZE }) =>
    2 * REDEMPTION_LANES + OTHER_CONNECTIONS <= DATABASE_POOL_SIZE,
  {
    path: ['DATABASE_POOL_SIZE'],
    error: 'must be at least 2 × REDEMPTION_LANES + 2: each lane uses two connections at a time',
  },
);

export type RedemptionConfigValues = Readonly<z.output<typeof redemptionEnv>>;

/** Injection token and type; its value is the frozen object that `loadConfig` returned. */
export abstract class RedemptionConfig extends PlatformConfig implements RedemptionConfigValues {
  abstract readonly REDEMPTION_LANES: number;
  abstract readonly REDEMPTION_MAX_BATCH: number;
  abstract readonly REDEMPTION_MAX_WAITING: number;
  abstract readonly REDEMPTION_MAX_PER_USER: number;
  abstract readonly REDEMPTION_REDIS_TIMEOUT_MS: number;
  abstract readonly REDEMPTION_CODE_SECRET: string;
  abstract readonly REDEMPTION_CODE_SECRET_BEFORE?: string | undefined;
  abstract readonly REDEMPTION_CODE_FAILURES: number;
  abstract readonly REDEMPTION_CODE_FAILURES_TENANT: number;
  abstract readonly REDEMPTION_NAME_WAIT_MS: number;
}
