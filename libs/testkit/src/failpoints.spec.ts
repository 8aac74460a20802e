import { describe, expect, it } from '@jest/globals';
import { failpointsEnv } from './failpoints.js';

describe('failpointsEnv', () => {
  it('writes what the services read', () => {
    const env = failpointsEnv({ 'after-commit': 'exit', 'before-gate': { delayMs: 250 }, publish: 'throw' });
    expect(env).toEqual({ OCTOPUS_FAILPOINTS: 'after-commit=exit,before-gate=delay:250,publish=throw' });
  });

  it.each(['', 'a=b', 'a,b', 'a b'])('refuses the name "%s"', (name) => {
    expect(() => failpointsEnv({ [name]: 'exit' })).toThrow(RangeError);
  });
});
