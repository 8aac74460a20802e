import { describe, expect, it } from '@jest/globals';
import { dropRedisKeysWithPrefix, literalPattern } from './redis-keys.js';

describe('removing keys by prefix', () => {
  it('takes the prefix literally', () => {
    expect(literalPattern('a*b?[c]\\^:')).toBe('a\\*b\\?\\[c\\]\\\\\\^:');
    expect(literalPattern('octopus:{c:1}')).toBe('octopus:{c:1}');
  });

  it('refuses an empty prefix, which would be every key', async () => {
    await expect(dropRedisKeysWithPrefix('redis://127.0.0.1:1', '')).rejects.toThrow(RangeError);
  });
});
