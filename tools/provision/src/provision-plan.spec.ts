import { describe, expect, it } from '@jest/globals';
import { serviceNames, topics } from '#contracts';
import { provisionPlan } from './provision-plan.js';

const urls = Object.fromEntries(
  serviceNames.flatMap((service) => [
    [`${service.toUpperCase()}_DATABASE_OWNER_URL`, `postgres://${service}_owner:o%2Fpw@db:5432/${service}`],
    [
      `${service.toUpperCase()}_DATABASE_URL`,
      `postgres://${service}_app:a-pw@db:5432/${service}?sslmode=require`,
    ],
  ]),
);
const admin = { PROVISION_DATABASE_URL: 'postgres://admin:pw@db:5432/postgres' };

describe('provisionPlan', () => {
  it("takes each service's database, roles and passwords from its own addresses", () => {
    const { databases, topics: wantedTopics } = provisionPlan({ ...admin, ...urls });
    expect(wantedTopics).toBeUndefined();
    expect(databases?.adminUrl).toBe(admin.PROVISION_DATABASE_URL);
    expect(databases?.wanted.map(({ service }) => service)).toEqual([...serviceNames]);
    expect(databases?.wanted[0]).toEqual({
      service: 'catalog',
      names: { database: 'catalog', ownerRole: 'catalog_owner', appRole: 'catalog_app' },
      passwords: { owner: 'o/pw', app: 'a-pw' },
    });
  });

  it('plans every topic of the contracts, under the namespace if there is one', () => {
    const plain = provisionPlan({ KAFKA_BROKERS: 'one:9092, two:9092' });
    expect(plain.databases).toBeUndefined();
    expect(plain.topics).toEqual({ brokers: ['one:9092', 'two:9092'], wanted: topics });
    const named = provisionPlan({ KAFKA_BROKERS: 'one:9092', NAMESPACE: 'blue' });
    expect(named.topics?.wanted.map(({ name }) => name)).toEqual(topics.map(({ name }) => `blue.${name}`));
  });

  it('refuses a namespace that no service would take', () => {
    const attempt = (): unknown => provisionPlan({ KAFKA_BROKERS: 'one:9092', NAMESPACE: 'Blue.' });
    expect(attempt).toThrow('NAMESPACE must be up to 40 lower-case letters, digits and hyphens');
  });

  it('refuses to do nothing', () => {
    expect(() => provisionPlan({})).toThrow(
      'set PROVISION_DATABASE_URL for databases, KAFKA_BROKERS for topics',
    );
  });

  it.each([
    ['is missing', { CATALOG_DATABASE_URL: undefined }, 'CATALOG_DATABASE_URL must be a URL'],
    ['is no URL', { CATALOG_DATABASE_URL: 'x' }, 'CATALOG_DATABASE_URL must be a URL'],
    [
      'has no password',
      { CATALOG_DATABASE_URL: 'postgres://a@db/catalog' },
      'CATALOG_DATABASE_URL must be a URL',
    ],
    [
      'has a bare percent sign in its password',
      { CATALOG_DATABASE_URL: 'postgres://a:o%2Fpw%@db/catalog' },
      'CATALOG_DATABASE_URL holds a %',
    ],
    [
      'has no database',
      { CATALOG_DATABASE_OWNER_URL: 'postgres://a:b@db' },
      'CATALOG_DATABASE_OWNER_URL must be',
    ],
    [
      'names another database',
      { CATALOG_DATABASE_URL: 'postgres://a:b@db/x' },
      'must name the same database',
    ],
    [
      'names the owner again',
      { CATALOG_DATABASE_URL: urls['CATALOG_DATABASE_OWNER_URL'] },
      'must name two roles',
    ],
  ])('an address that %s is refused by name, without its password', (_what, change, message) => {
    const attempt = (): unknown => provisionPlan({ ...admin, ...urls, ...change });
    expect(attempt).toThrow(message);
    expect(attempt).not.toThrow('o%2Fpw');
  });
});
