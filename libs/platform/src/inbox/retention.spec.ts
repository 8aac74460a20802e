import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { firstIdAt, INBOX_RETENTION_DAYS, outlivesInbox } from './retention.js';

describe('outlivesInbox', () => {
  const now = new Date('2026-11-22T10:00:00Z');
  const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000).toISOString();

  it('is so for facts older than the inbox remembers', () => {
    expect(outlivesInbox(daysAgo(INBOX_RETENTION_DAYS - 0.01), now)).toBe(false);
    expect(outlivesInbox(daysAgo(INBOX_RETENTION_DAYS + 0.01), now)).toBe(true);
    expect(outlivesInbox(daysAgo(-1), now)).toBe(false);
  });
});

describe('firstIdAt', () => {
  it('lies between the ids made before and those made from then on', () => {
    const time = new Date('2026-11-22T10:00:00Z');
    const at = (ms: number) => uuidv7({ msecs: time.getTime() + ms });
    for (let round = 0; round < 50; round += 1) {
      expect(at(-1) < firstIdAt(time)).toBe(true);
      expect(at(0) >= firstIdAt(time)).toBe(true);
    }
  });
});
