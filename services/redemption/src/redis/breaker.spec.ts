import { expect, it } from '@jest/globals';
import { Breaker } from './breaker.js';

it('lets nobody ask until the first probe, after the first failure, and until the next probe', () => {
  const breaker = new Breaker();
  expect(breaker.isOpen).toBe(true);
  breaker.close();
  expect(breaker.isOpen).toBe(false);
  breaker.failed();
  expect([breaker.isOpen, breaker.failureCount]).toEqual([true, 1]);
  breaker.close();
  expect(breaker.isOpen).toBe(false);
});
