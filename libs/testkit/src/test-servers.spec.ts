import { describe, expect, it } from '@jest/globals';
import { testServers } from './test-servers.js';

const env = {
  OCTOPUS_TEST_POSTGRES_URL: 'postgres://127.0.0.1:1/postgres',
  OCTOPUS_TEST_REDIS_URL: 'redis://127.0.0.1:2',
  OCTOPUS_TEST_KAFKA_BROKERS: '127.0.0.1:3,127.0.0.1:4',
  OCTOPUS_TEST_PREFIX: 'octopus-t1',
};

describe('testServers', () => {
  it('reads what global setup left in the environment', () => {
    expect(testServers(env)).toEqual({
      postgresUrl: 'postgres://127.0.0.1:1/postgres',
      redisUrl: 'redis://127.0.0.1:2',
      kafkaBrokers: ['127.0.0.1:3', '127.0.0.1:4'],
      prefix: 'octopus-t1',
    });
  });

  it.each(Object.keys(env))('names the tiers that have servers when %s is missing', (name) => {
    expect(() => testServers({ ...env, [name]: '' })).toThrow(new RegExp(`${name}.*\\.int\\.spec\\.ts`));
  });
});
