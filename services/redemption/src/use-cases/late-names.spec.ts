import { describe, expect, it } from '@jest/globals';
import { LateNames } from './late-names.js';

describe('a point name that nobody has told of yet', () => {
  it('is waited for so long and no longer', () => {
    const names = new LateNames(10_000);
    expect([0, 9_999, 10_000, 60_000].map((now) => names.isStillAwaited('coin', now))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('is waited for by itself, not with the others', () => {
    const names = new LateNames(10_000);
    names.isStillAwaited('coin', 0);
    expect(names.isStillAwaited('token', 20_000)).toBe(true);
    expect(names.isStillAwaited('coin', 20_000)).toBe(false);
  });

  it('is waited for anew once it was heard of, and after ten minutes', () => {
    const names = new LateNames(10_000);
    names.isStillAwaited('coin', 0);
    names.heard('coin');
    expect(names.isStillAwaited('coin', 20_000)).toBe(true);
    expect(names.isStillAwaited('coin', 619_999)).toBe(false);
    expect(names.isStillAwaited('coin', 620_000)).toBe(true);
  });

  it('shares one budget with all others: thirty seconds in ten minutes, however many ids are made up', () => {
    const names = new LateNames(10_000);
    let now = 0;
    /** As a partition does: each fact is tried again until it is no longer awaited. */
    const waitFor = (name: string) => {
      const began = now;
      while (names.isStillAwaited(name, now)) now += 500;
      return now - began;
    };
    const waited = Array.from({ length: 300 }, (_, nth) => waitFor(`made-up ${nth}`));
    expect(waited.slice(0, 4)).toEqual([10_000, 10_000, 10_000, 0]);
    expect(now).toBe(30_000);
    now = 600_000;
    expect(waitFor('made-up 300')).toBe(10_000);
    expect(waitFor('made-up 301')).toBe(10_000);
    expect(waitFor('made-up 302')).toBe(10_000);
    expect(waitFor('made-up 303')).toBe(0);
  });

  it('that comes soon spends little of it', () => {
    const names = new LateNames(10_000);
    for (let nth = 0; nth < 50; nth += 1) {
      const began = nth * 1_000;
      expect(names.isStillAwaited(`new ${nth}`, began)).toBe(true);
      names.isStillAwaited(`new ${nth}`, began + 500);
      names.heard(`new ${nth}`);
    }
  });

  it('leaves room for others when thousands are made up', () => {
    const names = new LateNames(10_000);
    for (let nth = 0; nth <= 1_000; nth += 1) names.isStillAwaited(`made-up ${nth}`, 0);
    expect(names.isStillAwaited('made-up 1000', 10_000)).toBe(false);
    expect(names.isStillAwaited('made-up 0', 10_000)).toBe(true);
  });
});
