import { describe, expect, it } from '@jest/globals';
import type { KnownTexts } from './compose-message.js';
import { composeReminder } from './compose-reminder.js';

const coupon = {
  version: 3,
  name: 'Free espresso',
  redeemed: 'Enjoy!',
  reminder: '{{user.name}}, {{coupon.name}} of {{channel.name}} is yours until {{valid.until}}.',
};
const known: KnownTexts = { coupon, userName: 'Ana', channelName: 'Café Central' };
const fact = { couponVersion: 3, validUntil: '2026-12-22T23:30:00.000Z', timeZone: 'Europe/Zagreb' };

describe('composeReminder', () => {
  it.each([
    ['Europe/Zagreb', '23 December 2026 at 00:30'],
    ['America/Havana', '22 December 2026 at 18:30'],
    ['Pacific/Kiritimati', '23 December 2026 at 13:30'],
  ])("tells the expiry on the user's own clock: %s", (timeZone, told) => {
    expect(composeReminder(known, { ...fact, timeZone })).toEqual({
      kind: 'text',
      text: `Ana, Free espresso of Café Central is yours until ${told}.`,
    });
  });

  it('does without names that are not known', () => {
    const strangers = { ...known, userName: undefined, channelName: undefined };
    expect(composeReminder(strangers, fact)).toMatchObject({
      text: expect.stringMatching(/^dear guest, .* of our channel /),
    });
  });

  it('tells that nothing is missing, as nobody else is reminded', () => {
    const short = { ...known, coupon: { ...coupon, reminder: '{{points.missing}} short' } };
    expect(composeReminder(short, fact)).toEqual({ kind: 'text', text: '0 short' });
  });

  it('waits for words as new as the reminder, and has none where the coupon has none', () => {
    expect(composeReminder({ ...known, coupon: undefined }, fact)).toEqual({ kind: 'unheard' });
    expect(composeReminder(known, { ...fact, couponVersion: 4 })).toEqual({ kind: 'unheard' });
    // Learned by a process of a build that knew no reminders.
    expect(composeReminder({ ...known, coupon: { ...coupon, reminder: undefined } }, fact)).toEqual({
      kind: 'unheard',
    });
    expect(composeReminder({ ...known, coupon: { ...coupon, reminder: null } }, fact)).toEqual({
      kind: 'none',
    });
  });
});
