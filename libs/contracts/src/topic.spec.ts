import { describe, expect, it } from '@jest/globals';
import { namespacePattern, topicName } from './topic.js';

describe('topicName', () => {
  it('puts the namespace in front, where there is one', () => {
    expect(topicName('blue', 'catalog.coupon.v1')).toBe('blue.catalog.coupon.v1');
    expect(topicName(undefined, 'catalog.coupon.v1')).toBe('catalog.coupon.v1');
  });
});

describe('namespacePattern', () => {
  it.each(['octopus', 'a', '0', 'blue-2', 'x'.repeat(40)])('takes %s', (namespace) => {
    expect(namespace).toMatch(namespacePattern);
  });

  it.each(['', '-a', 'Blue', 'a.b', 'a_b', 'a:b', 'a b', 'x\n', 'x'.repeat(41)])(
    'refuses %j',
    (namespace) => {
      expect(namespace).not.toMatch(namespacePattern);
    },
  );
});
