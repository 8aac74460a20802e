import { expect, it } from '@jest/globals';
import { ConfigError, loadConfig } from '#platform';
import { redemptionEnv } from './config.js';

const needed = {
  NODE_ENV: 'test',
  PORT: '0',
  DATABASE_URL: 'postgres://localhost/redemption',
  REDIS_URL: 'redis://localhost',
  KAFKA_BROKERS: 'localhost:9092',
  AUTH_ISSUER: 'http://localhost',
  AUTH_AUDIENCE: 'test',
  AUTH_JWKS_URL: 'http://localhost/jwks',
};

const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    loadConfig(redemptionEnv, { ...needed, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
};

it('refuses to start with more lanes than the connections allow, naming both', () => {
  expect(faultsOf({})).toEqual([]);
  expect(faultsOf({ REDEMPTION_LANES: '4', DATABASE_POOL_SIZE: '10' })).toEqual([]);
  expect(faultsOf({ REDEMPTION_LANES: '5', DATABASE_POOL_SIZE: '11' })).toEqual([
    'DATABASE_POOL_SIZE: must be at least 2 × REDEMPTION_LANES + 2: each lane uses two connections at a time',
  ]);
});
