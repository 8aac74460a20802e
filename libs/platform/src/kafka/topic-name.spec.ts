import { describe, expect, it } from '@jest/globals';
import { topicName } from '#contracts';
import { logicalTopic } from './topic-name.js';

describe('logicalTopic', () => {
  it('undoes topicName, also for a namespace that is the beginning of a topic', () => {
    for (const namespace of [undefined, 'blue', 'catalog'])
      expect(logicalTopic(namespace, topicName(namespace, 'catalog.coupon.v1'))).toBe('catalog.coupon.v1');
  });
});
