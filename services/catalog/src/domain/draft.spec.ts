import { describe, expect, it } from '@jest/globals';
import { couponType, createCouponBody, sampleIds } from '#contracts';
import { noon } from '../../test/sample-coupons.js';
import { newDraft } from './draft.js';

function drafted(fields: object) {
  const body = createCouponBody.parse({ channelId: sampleIds.channel, type: 'click', ...fields });
  const decision = newDraft(sampleIds.coupon, body, noon);
  if (!decision.accepted) throw new Error(JSON.stringify(decision));
  return decision.value;
}

describe('the cap per user of a new draft (T5)', () => {
  it.each(couponType.options)('left out, of type %s', (type) => {
    expect(drafted({ type }).maxRedemptionsPerUser).toBe(type === 'auto' ? 1 : null);
  });

  it.each([null, 1, 3])('is what the owner says: %j', (maxRedemptionsPerUser) => {
    expect(drafted({ type: 'auto', maxRedemptionsPerUser }).maxRedemptionsPerUser).toBe(
      maxRedemptionsPerUser,
    );
  });
});

describe('a new draft', () => {
  it('has neither availability nor the cost of its trigger: publication fixes both', () => {
    expect(drafted({ type: 'auto', triggerId: sampleIds.trigger })).toMatchObject({
      triggerId: sampleIds.trigger,
      triggerCost: null,
      availability: null,
      editedAt: noon,
    });
  });
});
