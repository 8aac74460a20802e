import { describe, expect, it } from '@jest/globals';
import { RefusalRate } from './refusal-rate.js';

describe('RefusalRate', () => {
  it('is high above one refusal in twenty, once there is something to go by', () => {
    const rate = new RefusalRate();
    expect(rate.isHigh('a')).toBe(false);
    rate.note('a', 31, 31);
    expect(rate.isHigh('a')).toBe(false);
    rate.note('a', 1, 0);
    expect(rate.isHigh('a')).toBe(true);
    rate.note('b', 100, 5);
    expect(rate.isHigh('b')).toBe(false);
    rate.note('b', 0, 1);
    expect(rate.isHigh('b')).toBe(true);
  });

  it('forgets what is long past', () => {
    const rate = new RefusalRate();
    rate.note('a', 512, 512);
    for (let n = 0; n < 30; n += 1) rate.note('a', 128, 0);
    expect(rate.isHigh('a')).toBe(false);
  });

  it('keeps the coupons that were decided on last', () => {
    const rate = new RefusalRate();
    for (let n = 0; n <= 20_000; n += 1) rate.note(`c${n}`, 64, 64);
    expect([rate.isHigh('c0'), rate.isHigh('c1'), rate.isHigh('c20000')]).toEqual([false, true, true]);
  });
});
