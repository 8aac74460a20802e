import { describe, expect, it } from '@jest/globals';
import { catalogEnv } from './config.js';

/** Names of those variables that are refused although they may be left out in development. */
function refused(env: Record<string, string>): unknown[] {
  const { error } = catalogEnv.safeParse({
    PORT: '8080',
    DATABASE_URL: 'postgres://app:Zx81-not-guessable@db.internal:5432/app',
    REDIS_URL: 'redis://:Zx81-not-guessable@redis.internal:6379',
    KAFKA_BROKERS: 'kafka:9092',
    AUTH_ISSUER: 'https://login.example.com',
    AUTH_AUDIENCE: 'octopus-coupons',
    AUTH_JWKS_URL: 'https://login.example.com/keys',
    ...env,
  });
  return error?.issues.map(({ path }) => path[0]) ?? [];
}

const production = { NODE_ENV: 'production', CATALOG_S3_BUCKET: 'coupon-images' };

describe('the address of shared links', () => {
  it.each([
    ['is needed in production', production, ['CATALOG_SHARE_URL']],
    [
      'is https there',
      { ...production, CATALOG_SHARE_URL: 'http://coupons.example.com/s' },
      ['CATALOG_SHARE_URL'],
    ],
    ['is enough', { ...production, CATALOG_SHARE_URL: 'https://coupons.example.com/s' }, []],
    ['has a default in development', { NODE_ENV: 'development' }, []],
  ])('%s', (...row) => {
    const [, env, names] = row;
    expect(refused(env)).toEqual(names);
  });
});
