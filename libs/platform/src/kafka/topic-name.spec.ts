import { describe, expect, it } from '@jest/globals';
import { logicalTopic, topicName } from './topic-name.js';

describe('topicName', () => {
  it('puts the namespace in front, where there is one', () => {
    expect(topicName('blue', 'catalog.coupon.v1')).toBe('blue.catalog.coupon.v1');
    expect(topicName(undefined, 'catalog.coupon.v1')).toBe('catalog.coupon.v1');
  });

  it('is undone by logicalTopic, also for a namespace that is the beginning of a topic', () => {
    for (const namespace of [undefined, 'blue', 'catalog'])
      expect(logicalTopic(namespace, topicName(namespace, 'catalog.coupon.v1'))).toBe('catalog.coupon.v1');
  });
});
