import { describe, expect, it } from '@jest/globals';
import { KafkaJSNumberOfRetriesExceeded, KafkaJSProtocolError } from 'kafkajs';
import { topicAtFault } from './kafka-errors.js';

const missing = new KafkaJSProtocolError(
  Object.assign(new Error('no such topic'), { type: 'UNKNOWN_TOPIC_OR_PARTITION', code: 3, retriable: true }),
);

describe('topicAtFault', () => {
  it('finds a fault of the topic, also where kafkajs gave up on it', () => {
    expect(topicAtFault(missing)).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    const gaveUp = new KafkaJSNumberOfRetriesExceeded(missing, { retryCount: 4, retryTime: 1 });
    expect(topicAtFault(gaveUp)).toBe('UNKNOWN_TOPIC_OR_PARTITION');
  });

  it('does not blame a topic for a broker that is away', () => {
    expect(topicAtFault(new Error('Connection timeout'))).toBeUndefined();
    expect(topicAtFault({ type: 'REQUEST_TIMED_OUT' })).toBeUndefined();
    expect(topicAtFault(undefined)).toBeUndefined();
  });
});
