import type { PersonRule } from './rule.js';

/** The balance must cover the price; what the same redemption gives does not count. */
export const priceRule: PersonRule = {
  about: 'person',
  name: 'price',
  codes: ['points_short'],
  // A batch takes the balance's lock only as it writes: till then the same points may go elsewhere, and come again.
  turnsBy: 'others',
  check: ({ coupon: { price }, person: { balance } }) =>
    price !== null && balance < price.amount
      ? { code: 'points_short', passesAt: null, pointsMissing: price.amount - balance }
      : undefined,
};
