import { describe, expect, it } from '@jest/globals';
import { couponIn, minutes, noon } from '../../test/sample-coupons.js';
import { capMayBeAskedFor } from './cap.js';

describe('asking for another cap (D8)', () => {
  it.each([
    ['draft', false],
    ['pending_approval', false],
    ['scheduled', true],
    ['active', true],
    ['disabled', true],
    ['finished', false],
  ] as const)('in %s: %j', (status, accepted) => {
    const decision = capMayBeAskedFor(couponIn(status), noon);
    expect(decision.accepted).toBe(accepted);
    if (!accepted) expect(decision).toMatchObject({ refusal: { code: 'wrong_state' } });
  });

  it('is over with the end, though no fact has arrived', () => {
    expect(capMayBeAskedFor(couponIn('active', { endAt: minutes(1) }), noon).accepted).toBe(true);
    expect(capMayBeAskedFor(couponIn('active', { endAt: noon }), noon).accepted).toBe(false);
  });

  it('of a draft is answered with what to do instead', () => {
    expect(capMayBeAskedFor(couponIn('draft'), noon)).toMatchObject({
      refusal: { detail: expect.stringContaining('Edit the draft') },
    });
  });
});
