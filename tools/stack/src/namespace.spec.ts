import { describe, expect, it } from '@jest/globals';
import { namespacePattern, topics } from '#contracts';
import {
  allConsumerGroups,
  allDatabaseNames,
  allTopicNames,
  namespaceOf,
  throwawayNamespace,
} from './namespace.js';

describe('namespaceOf', () => {
  it('reads NAMESPACE, empty being none', () => {
    expect(namespaceOf({ NAMESPACE: 'blue-2' })).toBe('blue-2');
    expect(namespaceOf({ NAMESPACE: '' })).toBeUndefined();
    expect(namespaceOf({})).toBeUndefined();
  });

  it.each(['Blue', 'a.b', '-a', 'x'.repeat(41)])('refuses %s', (NAMESPACE) => {
    expect(() => namespaceOf({ NAMESPACE })).toThrow(/^NAMESPACE must be up to 40 lower-case/);
  });
});

describe('throwawayNamespace', () => {
  it.each(['octopus', 'x'.repeat(40), `${'x'.repeat(29)}-y`])(
    'of %s is allowed, and another every time',
    (of) => {
      const one = throwawayNamespace(of);
      expect(one).toMatch(namespacePattern);
      expect(one).toMatch(/-t[0-9a-f]{8}$/);
      expect(throwawayNamespace(of)).not.toBe(one);
    },
  );

  it('gives names that PostgreSQL does not cut off, which it does after 63 characters', () => {
    const names = allDatabaseNames(throwawayNamespace('x'.repeat(40))).flatMap((one) =>
      Object.values<string>({ ...one }),
    );
    expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(63);
  });
});

describe('names on the broker', () => {
  it("are those of the contracts' topics and of the services, behind the namespace", () => {
    expect(allTopicNames('blue')).toEqual(topics.map(({ name }) => `blue.${name}`));
    expect(allConsumerGroups('blue')).toContain('blue.redemption');
    expect(allConsumerGroups('blue')).toHaveLength(5);
  });
});
