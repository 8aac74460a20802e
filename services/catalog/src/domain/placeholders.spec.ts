import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { knownPlaceholders, reminderPlaceholders, unknownPlaceholders } from './placeholders.js';

describe('unknownPlaceholders', () => {
  it('knows what the channel can fill in', () => {
    expect(unknownPlaceholders('{{user.name}}: {{coupon.name}} from {{channel.name}}')).toEqual([]);
  });

  it('knows in a reminder also until when, and what is missing', () => {
    const text = '{{coupon.name}}: until {{valid.until}}, {{points.missing}} short';
    expect(unknownPlaceholders(text, reminderPlaceholders)).toEqual([]);
    expect(unknownPlaceholders(text)).toEqual(['{{valid.until}}', '{{points.missing}}']);
  });

  it.each([
    ['Hi {{user.nmae}}', '{{user.nmae}}'],
    ['Hi {{ user.name }}', '{{ user.name }}'],
    ['Hi {{User.name}}', '{{User.name}}'],
    ['Hi {{}}', '{{}}'],
    ['Hi {{user.name', '{{user.name'],
    ['Hi {{user.name}', '{{user.name}'],
  ])('%s: names %s', (text, unknown) => {
    expect(unknownPlaceholders(text)).toEqual([unknown]);
  });

  it('names each once, in the order of the text', () => {
    expect(unknownPlaceholders('{{b}} {{a}} {{b}}')).toEqual(['{{b}}', '{{a}}']);
  });

  it('leaves single braces alone', () => {
    expect(unknownPlaceholders('a {b} } { c')).toEqual([]);
  });

  it('finds an unknown name among any known ones', () => {
    const known = fc.array(fc.constantFrom(...knownPlaceholders.map((name) => `{{${name}}} `)));
    fc.assert(
      fc.property(known, known, (before, after) => {
        expect(unknownPlaceholders([...before, ...after].join(''))).toEqual([]);
        expect(unknownPlaceholders([...before, '{{x}}', ...after].join(''))).toEqual(['{{x}}']);
      }),
    );
  });

  it('comes to an end on hostile text', () => {
    expect(unknownPlaceholders('{'.repeat(16_000))).toEqual(['{{']);
    expect(unknownPlaceholders('{{a'.repeat(5_000))).toEqual(['{{a']);
  });
});
