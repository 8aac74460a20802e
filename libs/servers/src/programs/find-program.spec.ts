import { describe, expect, it } from '@jest/globals';
import { findInPath, javaMajor } from './find-program.js';

describe('javaMajor', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "21" 2023-09-19', 21],
    ['java version "1.8.0_402"', 8],
    ['bash: java: command not found', 0],
  ])('reads %s', (output, major) => {
    expect(javaMajor(output)).toBe(major);
  });
});

describe('findInPath', () => {
  it('gives the full path of a program', () => {
    expect(findInPath('sh', { PATH: '/nowhere:/bin' })).toBe('/bin/sh');
  });

  it('finds nothing in an empty or missing PATH', () => {
    expect(findInPath('sh', { PATH: '' })).toBeUndefined();
    expect(findInPath('sh', {})).toBeUndefined();
  });
});
