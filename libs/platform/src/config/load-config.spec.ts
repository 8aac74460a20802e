import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, loadConfig } from './load-config.js';
import { platformEnv } from './platform-config.js';

const good = {
  NODE_ENV: 'test',
  PORT: '3000',
  DATABASE_URL: 'postgres://app:Kj8-long-and-random@db:5432/catalog',
  REDIS_URL: 'redis://:Kj8-long-and-random@redis:6379',
  KAFKA_BROKERS: 'one:9092, two:9092',
  AUTH_ISSUER: 'https://issuer.example',
  AUTH_AUDIENCE: 'octopus-coupons',
  AUTH_JWKS_URL: 'https://issuer.example/jwks',
};

function faultsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(platformEnv, env);
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
  return [];
}

describe('the configuration', () => {
  it('is typed, frozen and completed by defaults', () => {
    const config = loadConfig(platformEnv.extend({ BATCH: z.coerce.number() }), { ...good, BATCH: '64' });
    expect(config).toEqual({
      ...good,
      PORT: 3000,
      HOST: '0.0.0.0',
      DATABASE_POOL_SIZE: 10,
      KAFKA_BROKERS: ['one:9092', 'two:9092'],
      LOG_LEVEL: 'info',
      BATCH: 64,
    });
    expect(() => Object.assign(config, { PORT: 1 })).toThrow(TypeError);
  });

  it('holds nothing but what the schema names', () => {
    expect(loadConfig(platformEnv, { ...good, HOME: '/root' })).not.toHaveProperty('HOME');
  });

  it('takes an empty variable as unset', () => {
    expect(loadConfig(platformEnv, { ...good, HOST: '', NAMESPACE: '' })).toMatchObject({ HOST: '0.0.0.0' });
    expect(faultsOf({ ...good, AUTH_AUDIENCE: '' })).toEqual([
      'AUTH_AUDIENCE: is missing: must name the audience that tokens for this product carry',
    ]);
  });

  it('names everything that is missing at once', () => {
    const names = faultsOf({}).map((line) => line.split(':')[0]);
    expect(names).toEqual(Object.keys(good));
  });

  const wrong: [string, string, RegExp][] = [
    ['NODE_ENV', 'prod', /development, test or production/],
    ['PORT', 'http', /port/],
    ['PORT', '70000', /65535/],
    ['DATABASE_URL', 'mysql://a:hunter2@b/c', /postgres:\/\//],
    ['DATABASE_POOL_SIZE', '0', /1/],
    ['REDIS_URL', 'hunter2', /redis:\/\//],
    ['KAFKA_BROKERS', 'kafka', /host:port/],
    ['KAFKA_BROKERS', 'kafka:9092,,', /host:port/],
    ['NAMESPACE', 'Über', /lower-case/],
    ['AUTH_ISSUER', 'issuer', /URL/],
    ['LOG_LEVEL', 'loud', /debug/],
    ['SHUTDOWN_DRAIN_MS', '60000', /20000/],
  ];
  it.each(wrong)('refuses %s=%s and says how to mend it', (name, value, how) => {
    const lines = faultsOf({ ...good, [name]: value });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${name}: `));
    expect(lines[0]).toMatch(how);
  });

  it('never shows a value', () => {
    const values = Object.fromEntries(Object.keys(good).map((name) => [name, 'hunter2']));
    const error = new ConfigError(faultsOf(values));
    expect(error.message).toContain('DATABASE_URL');
    expect(error.message + error.stack).not.toContain('hunter2');
  });

  describe('in production', () => {
    const production = { ...good, NODE_ENV: 'production' };

    it('is taken when nothing is guessable or in plain text', () => {
      expect(faultsOf(production)).toEqual([]);
    });

    const refused: [string, string][] = [
      ['AUTH_ISSUER', 'http://issuer.example'],
      ['AUTH_ISSUER', 'http://127.0.0.1:3999'],
      ['AUTH_JWKS_URL', 'http://issuer.example/jwks'],
      ['AUTH_JWKS_URL', 'http://127.0.0.1.example/jwks'],
      ['DATABASE_URL', 'postgres://app@db/catalog'],
      ['DATABASE_URL', 'postgres://app:postgres@db/catalog'],
      ['DATABASE_URL', 'postgres://app:app@db/catalog'],
      ['DATABASE_URL', 'postgres://app:p%61ssword@db/catalog'],
      ['DATABASE_URL', 'postgres://app:ChangeMe@db/catalog'],
      ['DATABASE_URL', 'postgres://app:s%cret@db/catalog'],
      ['REDIS_URL', 'redis://:100%@redis:6379'],
      ['REDIS_URL', 'redis://redis:6379'],
      ['REDIS_URL', 'redis://:secret@redis:6379'],
    ];
    it.each(refused)('refuses %s=%s', (name, value) => {
      const lines = faultsOf({ ...production, [name]: value });
      expect(lines).toHaveLength(1);
      expect(lines[0]).toMatch(new RegExp(`^${name}: must .* in production`));
      expect(faultsOf({ ...good, [name]: value })).toEqual([]);
    });

    it('takes no secret that comes with the product, by default or written out', () => {
      const schema = platformEnv.extend({ SIGNING_SECRET: z.string().default('development-only-secret') });
      const linesOf = (env: NodeJS.ProcessEnv): readonly string[] => {
        try {
          loadConfig(schema, env);
        } catch (error) {
          return (error as ConfigError).lines;
        }
        return [];
      };
      expect(linesOf(good)).toEqual([]);
      expect(linesOf({ ...production, SIGNING_SECRET: 'Kj8-long-and-random' })).toEqual([]);
      const refusal =
        'SIGNING_SECRET: must be a secret of its own in production, not the one for development';
      expect(linesOf(production)).toEqual([refusal]);
      expect(linesOf({ ...production, SIGNING_SECRET: 'development-only-mine' })).toEqual([refusal]);
    });

    it('may read the keys in plain text from the machine itself', () => {
      expect(faultsOf({ ...production, AUTH_JWKS_URL: 'http://127.0.0.1:3999/jwks' })).toEqual([]);
    });
  });
});
