import { describe, expect, it } from '@jest/globals';
import { EventHandlers } from './event-handlers.js';

describe('EventHandlers', () => {
  it('knows the consumer of a topic', () => {
    const handlers = new EventHandlers();
    const handler = async (): Promise<void> => undefined;
    handlers.add('platform.user.v1', handler);
    expect(handlers.of('platform.user.v1')).toBe(handler);
    expect(handlers.of('platform.follow.v1')).toBeUndefined();
    expect(handlers.topics()).toEqual(['platform.user.v1']);
  });

  it('refuses a second consumer of a topic', () => {
    const handlers = new EventHandlers();
    handlers.add('platform.user.v1', async () => undefined);
    expect(() => handlers.add('platform.user.v1', async () => undefined)).toThrow(/two consumers/);
  });
});
