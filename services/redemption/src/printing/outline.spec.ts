import { describe, expect, it } from '@jest/globals';
import { outlineOf } from './outline.js';

/** Empty boxes that stand for characters without a glyph. */
const boxes = (line: string): number => outlineOf(line).path.match(/h520v-700h-520z/g)?.length ?? 0;
const startsWith = (line: string, part: string): boolean =>
  outlineOf(line).path.startsWith(outlineOf(part).path);

describe('the outline of a line', () => {
  it.each([
    'Free coffee €2',
    'čaj, đak, ß, ő',
    'cà phê miễn phí',
    'Бесплатный кофе',
    'Ελληνικός καφές',
    'मुफ़्त कॉफ़ी',
    'קפה חינם',
    'قهوة مجانية',
    '免费咖啡',
    '無料コーヒー',
    '무료 커피',
    '🎁 ☕ ❤️ 👍🏽 👩‍👩‍👧 ★',
  ])('has every character of %j', (line) => {
    expect(boxes(line)).toBe(0);
    for (const word of line.split(' ')) expect(outlineOf(word).path).not.toBe('');
  });

  it('shows a box for each character that no font has, and nothing for what is invisible', () => {
    expect(boxes('ᚠ2ᚢ')).toBe(2);
    expect(outlineOf('a\u200B').path).toBe(outlineOf('a').path);
  });

  it('goes on behind what came before', () => {
    expect(startsWith('ab', 'a')).toBe(true);
    expect(outlineOf('ᚠa').width).toBeCloseTo(outlineOf('ᚠ').width + outlineOf('a').width);
    expect(outlineOf('免a').width).toBeCloseTo(outlineOf('免').width + outlineOf('a').width);
  });

  it('runs from right to left where its letters do, numbers and Latin words in it from left to right', () => {
    expect(startsWith('אב', 'ב')).toBe(true);
    expect(startsWith('קפה 12', '12')).toBe(true);
    expect(startsWith('קפה ab', 'ab')).toBe(true);
    expect(startsWith('Free קפה', 'Free')).toBe(true);
    expect(startsWith('ב (א)', '(')).toBe(true);
  });

  it('joins Arabic letters', () => {
    expect(outlineOf('ع').path).not.toBe('');
    expect(startsWith('عع', 'ع')).toBe(false);
  });
});
