import { describe, expect, it } from '@jest/globals';
import { brokerList, givenServer, withoutPassword } from './given-servers.js';

describe('given servers', () => {
  it('never shows a password', () => {
    expect(withoutPassword('postgres://ann:s3cret@db:5432/x')).toBe('postgres://ann:***@db:5432/x');
    expect(withoutPassword('redis://:s3cret@cache:6379')).toBe('redis://:***@cache:6379');
    expect(withoutPassword('redis://cache:6379')).toBe('redis://cache:6379');
    expect(withoutPassword('one:9092,two:9092')).toBe('one:9092,two:9092');
  });

  it('reads a list of brokers', () => {
    expect(brokerList(' one:9092, two:9092 ,')).toEqual(['one:9092', 'two:9092']);
    expect(brokerList('')).toEqual([]);
  });

  it('takes an unset or empty variable as not given', async () => {
    await expect(givenServer('redis', {})).resolves.toBeUndefined();
    await expect(givenServer('redis', { REDIS_URL: '  ' })).resolves.toBeUndefined();
  });

  it('refuses an address of another protocol, naming the variable', async () => {
    const given = givenServer('postgres', { DATABASE_URL: 'mysql://u:pw@h/d' });
    await expect(given).rejects.toThrow(/mysql:\/\/u:\*\*\*@h\/d .*not a postgres:\/\/.*DATABASE_URL/);
  });
});
