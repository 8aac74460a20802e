import { describe, expect, it } from '@jest/globals';
import { id, instant, label, points, positivePoints, text, timeZone } from './primitives.js';

const name = text({ min: 1, max: 80 });
const family = '👨‍👩‍👧‍👦'; // 11 UTF-16 units
const combined = 'e\u0301'; // é in two code points
const stacked = `o${'\u0302\u0323\u0328'}`;

describe('text', () => {
  it.each([
    ['letters', 'a'],
    ['emoji of several code points', family],
    ['the longest emoji in use', '👩🏽\u200d❤\ufe0f\u200d💋\u200d👩🏿'],
    ['flags', '🇭🇷'],
    ['skin tones', '👍🏽'],
    ['letters with one combining mark', combined],
    ['letters with several combining marks', stacked],
    ['Hangul syllables in parts', '\u1112\u1161\u11ab'],
    ['Devanagari conjuncts', 'क्षि'],
  ])('counts %s as people see them: 80 pass, 81 do not', (_what, grapheme) => {
    expect(name.safeParse(grapheme.repeat(80)).success).toBe(true);
    expect(name.safeParse(grapheme.repeat(81)).error?.issues[0]?.message).toBe(
      'must have 1 to 80 characters',
    );
  });

  it('does not count the blanks around', () => {
    expect(name.safeParse('   ').success).toBe(false);
    expect(name.parse(`  ${'a'.repeat(80)}  `)).toBe('a'.repeat(80));
  });

  it.each(['\u200b', '\u2800', '\u3164', '\u00ad', '\ufeff\u2060', '\u0301'])(
    'is not %j, of which nothing shows',
    (value) => {
      expect(name.safeParse(value).success).toBe(false);
      expect(name.safeParse(`${value}a`).success).toBe(true);
      expect(text({ min: 0, max: 80 }).safeParse(value).success).toBe(true);
    },
  );

  it('refuses endless combining marks without counting them all', () => {
    expect(name.safeParse(`a${'\u0301'.repeat(100_000)}`).error?.issues[0]?.message).toBe(
      'must have at most 80 characters',
    );
  });

  it.each([
    ['U+0000', 'a\u0000b'],
    ['a high surrogate alone', 'a\ud83d'],
    ['a low surrogate alone', '\ude00a'],
  ])('refuses %s, which PostgreSQL cannot store', (_what, value) => {
    expect(name.safeParse(value).success).toBe(false);
    expect(label({ max: 200 }).safeParse(value).success).toBe(false);
  });

  it('lets other control characters and right-to-left text pass', () => {
    expect(name.safeParse('line\nbreak').success).toBe(true);
    expect(name.safeParse('قهوة').success).toBe(true);
  });
});

describe('id', () => {
  it('is a UUIDv7, lowered', () => {
    expect(id.parse('01980A5E-7C00-7000-8000-00000000000F')).toBe('01980a5e-7c00-7000-8000-00000000000f');
  });

  it.each(['', 'x', '9b2e4f1e-6f0a-4c7c-9f4b-0d1d3e6c2a11', '01980a5e7c0070008000000000000001', 7, null])(
    'is not %p',
    (value) => expect(id.safeParse(value).success).toBe(false),
  );
});

describe('instant', () => {
  it.each(['2026-11-22T09:00:00Z', '2026-11-22T09:00:00.123456789Z', '2024-02-29T23:59:59.999Z'])(
    '%s is one',
    (value) => expect(instant.safeParse(value).success).toBe(true),
  );

  it.each([
    '2026-11-22',
    '2026-11-22T09:00Z',
    '2026-11-22T09:00:00+01:00',
    '2026-11-22T09:00:00',
    '2026-02-29T09:00:00Z',
    '2026-11-22T24:00:00Z',
    '0000-01-01T00:00:00Z',
    '2026-11-22T09:00:00.1234567890Z',
    `2026-11-22T09:00:00.${'1'.repeat(10_000)}Z`,
  ])('%s is none', (value) => expect(instant.safeParse(value).success).toBe(false));
});

describe('points', () => {
  it('are whole numbers as strings, up to the largest bigint of PostgreSQL', () => {
    expect(points.safeParse('0').success).toBe(true);
    expect(points.safeParse('9223372036854775807').success).toBe(true);
    expect(points.safeParse('9223372036854775808').success).toBe(false);
    expect(points.safeParse('9999999999999999999').success).toBe(false);
  });

  it.each(['', '-1', '01', '1.0', '1e3', ' 1', '12345678901234567890', 1])('are not %p', (value) => {
    expect(points.safeParse(value).success).toBe(false);
  });

  it('that change hands are at least 1', () => {
    expect(positivePoints.safeParse('0').success).toBe(false);
    expect(positivePoints.safeParse('1').success).toBe(true);
  });
});

describe('timeZone', () => {
  it.each(['Europe/Zagreb', 'UTC', 'America/Argentina/Buenos_Aires', 'Europe/Zagreb'])(
    '%s is one',
    (zone) => {
      expect(timeZone.safeParse(zone).success).toBe(true);
    },
  );

  it.each(['', 'Europe/Atlantis', '+01:00', '-0500', 'CEST+1', 'constructor'])(
    '%p is none, asked twice',
    (zone) => {
      expect(timeZone.safeParse(zone).success).toBe(false);
      expect(timeZone.safeParse(zone).success).toBe(false);
    },
  );
});
