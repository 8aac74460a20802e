import { describe, expect, it } from '@jest/globals';
import { composeOwnerNotice } from './compose-owner-notice.js';

const wanted = { resource: 'MB', units: 1024 };

describe('composeOwnerNotice', () => {
  it('names the coupon, the resource, what was wanted and what is left', () => {
    expect(composeOwnerNotice('Free data', { wanted, left: 512 })).toBe(
      'Your coupon “Free data” could not be redeemed: it takes 1024 MB, and your account has 512 left. ' +
        'It is refused until you buy more.',
    );
  });

  it('does without the name of a coupon whose text has not arrived', () => {
    expect(composeOwnerNotice(undefined, { wanted, left: 0 })).toBe(
      'A coupon of yours could not be redeemed: it takes 1024 MB, and your account has 0 left. ' +
        'It is refused until you buy more.',
    );
  });
});
