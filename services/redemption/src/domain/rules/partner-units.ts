import { never, type PersonRule } from './rule.js';

/** The partner's account must hold what the trigger costs. Last of all: nobody is charged who cannot redeem. */
export const partnerUnitsRule: PersonRule = {
  // Of nobody in particular, but as changeable as a balance: memory does not know it.
  about: 'person',
  name: 'partner units',
  codes: ['partner_balance_exhausted'],
  turnsBy: 'locks',
  check: ({ coupon: { units, partnerUnits } }) =>
    units !== null && partnerUnits < units.units ? never('partner_balance_exhausted') : undefined,
};
