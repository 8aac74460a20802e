import { describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { firstIdAt, forgottenBelow, INBOX_RETENTION_DAYS, outlivesInbox } from './retention.js';

describe('outlivesInbox', () => {
  const now = new Date('2026-11-22T10:00:00Z');
  const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000);
  /** A fact by the ages, in days, of its time and of its id. */
  const outlives = (time: number, id: number) =>
    outlivesInbox({ time: daysAgo(time).toISOString(), id: uuidv7({ msecs: daysAgo(id).getTime() }) }, now);
  const [kept, old] = [INBOX_RETENTION_DAYS - 0.01, INBOX_RETENTION_DAYS + 0.01];

  it('is so for facts older than the inbox remembers', () => {
    expect(outlives(kept, kept)).toBe(false);
    expect(outlives(old, old)).toBe(true);
    expect(outlives(-1, -1)).toBe(false);
  });

  it('goes by the older of the two times, that of the fact and that of its id', () => {
    expect(outlives(0, old)).toBe(true);
    expect(outlives(old, 0)).toBe(true);
  });

  it('is so for every fact that the pruner forgets, also on a machine whose clock is half an hour behind', () => {
    const forgotten = (id: string) => id < forgottenBelow(now);
    const ids = [0.001, 0.03, 0.05, 1].map((more) =>
      uuidv7({ msecs: daysAgo(INBOX_RETENTION_DAYS + more).getTime() }),
    );
    expect(ids.map(forgotten)).toEqual([false, false, true, true]);
    const behind = new Date(now.getTime() - 1_800_000);
    const taken = ids.filter((id) => !outlivesInbox({ id, time: now.toISOString() }, behind));
    expect(taken).toHaveLength(1);
    expect(taken.filter(forgotten)).toEqual([]);
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
