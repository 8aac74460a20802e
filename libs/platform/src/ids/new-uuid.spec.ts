import { describe, expect, it } from '@jest/globals';
import { validate, version } from 'uuid';
import { newUuid } from './new-uuid.js';

describe('newUuid', () => {
  const ids = Array.from({ length: 5_000 }, () => newUuid());

  it('makes UUIDs of version 7', () => {
    expect(ids.every((id) => validate(id) && version(id) === 7)).toBe(true);
  });

  it('makes each but once, also when its random bytes have been used up and drawn anew', () => {
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(ids.map((id) => id.slice(19))).size).toBe(ids.length);
  });

  it('begins with the instant', () => {
    const before = Date.now();
    const ms = Number.parseInt(newUuid().replace('-', '').slice(0, 12), 16);
    expect(ms).toBeGreaterThanOrEqual(before);
    expect(ms).toBeLessThanOrEqual(Date.now());
  });
});
