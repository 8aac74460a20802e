import { describe, expect, it } from '@jest/globals';
import { within } from './within.js';

describe('within', () => {
  it('gives what came in time', async () => {
    await expect(within(1_000, Promise.resolve('answer'))).resolves.toBe('answer');
    await expect(within(1_000, Promise.reject(new Error('refused')))).rejects.toThrow('refused');
  });

  it('does not wait longer', async () => {
    await expect(within(5, new Promise(() => undefined))).rejects.toThrow('no answer within 5 ms');
  });
});
