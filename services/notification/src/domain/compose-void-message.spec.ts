import { describe, expect, it } from '@jest/globals';
import { composeVoidMessage } from './compose-void-message.js';

describe('composeVoidMessage', () => {
  it.each([
    [false, false, 'Your redemption of “Free espresso” was taken back.'],
    [
      true,
      false,
      'Your redemption of “Free espresso” was taken back. The points that it cost are yours again.',
    ],
    [false, true, 'Your redemption of “Free espresso” was taken back. The bonus points went back, too.'],
    [
      true,
      true,
      'Your redemption of “Free espresso” was taken back. The points that it cost are yours again. The bonus points went back, too.',
    ],
  ])('with price %s and bonus %s', (price, bonus, text) => {
    expect(composeVoidMessage('Free espresso', { price, bonus })).toBe(text);
  });

  it('does without the name of a coupon whose text has not arrived', () => {
    expect(composeVoidMessage(undefined, { price: false, bonus: false })).toBe(
      'A coupon that you redeemed was taken back.',
    );
  });

  it('takes a name as it is, placeholders in it and all', () => {
    expect(composeVoidMessage('{{user.name}} $1', { price: false, bonus: false })).toBe(
      'Your redemption of “{{user.name}} $1” was taken back.',
    );
  });
});
