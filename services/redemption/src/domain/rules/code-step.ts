import { stepAt, STEPS_OFF } from '../means.js';
import { type CouponRule, never } from './rule.js';

/** A rotating code is good in its own step and one step beside it. */
export const codeStepRule: CouponRule = {
  about: 'coupon',
  name: 'code step',
  codes: ['code_expired', 'code_ahead'],
  means: ['pass', 'screen_code'],
  turnsBy: 'time',
  check: ({ means }, now) => {
    if (means?.kind !== 'pass' && means?.kind !== 'screen_code') return undefined;
    if (means.step < stepAt(now) - STEPS_OFF) return never('code_expired');
    return means.step > stepAt(now) + STEPS_OFF ? never('code_ahead') : undefined;
  },
};
