import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { neutralNames, placeholders, placeholdersIn, renderMessage } from './render-message.js';

const values = { 'user.name': 'Ana', 'coupon.name': 'Free espresso', 'channel.name': 'Café Central' };
const anyValue = fc.string({ unit: 'grapheme' });
const anyValues = fc.record({ 'user.name': anyValue, 'coupon.name': anyValue, 'channel.name': anyValue });
/** Text in which no placeholder can begin or end, whatever stands beside it. */
const bracelessText = fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[{}\uE000]/g, ''));
/** Of Unicode's private use area; never in the texts above. */
const marker = '\uE000';
const blank = fc.stringMatching(/^[ \t\n]{0,3}$/);

describe('renderMessage', () => {
  it('fills every placeholder, as often as it stands there', () => {
    const template = '{{user.name}}: {{coupon.name}} at {{channel.name}}. Bye, {{user.name}}!';
    expect(renderMessage(template, values)).toBe('Ana: Free espresso at Café Central. Bye, Ana!');
  });

  it.each(['{{ user.name }}', '{{user.name }}', '{{  user.name}}', '{{\tuser.name\n}}'])(
    'tolerates white space inside the braces: %j',
    (template) => expect(renderMessage(template, values)).toBe('Ana'),
  );

  it.each([
    '{{user.age}}',
    '{{points.missing}}',
    '{user.name}',
    '{{user.name',
    '{{ }}',
    '{{user name}}',
    '{{User.Name}}',
  ])('leaves what is no placeholder of ours as written: %s', (template) =>
    expect(renderMessage(template, values)).toBe(template),
  );

  it('does not expand a placeholder that came in with a value', () => {
    const sly = { ...values, 'user.name': '{{coupon.name}}', 'coupon.name': '{{user.name}}' };
    expect(renderMessage('{{user.name}} {{coupon.name}}', sly)).toBe('{{coupon.name}} {{user.name}}');
  });

  it.each(['$&', '$1', "$'", '$$', '$`'])('takes %s in a value for plain text', (name) => {
    expect(renderMessage('<{{user.name}}>', { ...values, 'user.name': name })).toBe(`<${name}>`);
  });

  it('gives text without braces back unchanged', () => {
    fc.assert(fc.property(bracelessText, anyValues, (text, any) => renderMessage(text, any) === text));
  });

  it('puts every value in verbatim, once per placeholder, whatever the value holds', () => {
    const part = fc.tuple(bracelessText, fc.constantFrom(...placeholders), blank, blank);
    fc.assert(
      fc.property(fc.array(part), bracelessText, anyValues, (parts, tail, any) => {
        const template = parts.map(([text, name, a, b]) => `${text}{{${a}${name}${b}}}`).join('') + tail;
        const expected = parts.map(([text, name]) => text + any[name]).join('') + tail;
        expect(renderMessage(template, any)).toBe(expected);
      }),
    );
  });

  it('ends on any template whatever', () => {
    const braces = fc.string({ unit: fc.constantFrom('{', '}', ' ', 'user.name', '.', 'a') });
    fc.assert(fc.property(braces, (template) => typeof renderMessage(template, values) === 'string'));
  });
});

describe('placeholdersIn', () => {
  it('names ours, once each, and nothing else', () => {
    expect(placeholdersIn('{{ user.name }} {{user.name}} {{points.missing}} {{channel.name}}')).toEqual(
      new Set(['user.name', 'channel.name']),
    );
  });

  it('names exactly those whose value shows', () => {
    const template = fc
      .array(
        fc.oneof(
          bracelessText,
          fc.constantFrom(...placeholders).map((name) => `{{${name}}}`),
        ),
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(template, (text) => {
        const mentioned = placeholdersIn(text);
        for (const name of placeholders)
          expect(renderMessage(text, { ...values, [name]: marker }).includes(marker)).toBe(
            mentioned.has(name),
          );
      }),
    );
  });
});

it('has neutral wording that holds no placeholder itself', () => {
  for (const wording of Object.values(neutralNames)) expect(placeholdersIn(wording).size).toBe(0);
});
