import { newId } from '#testkit';
import type { WrongInputs } from './wrong-input.js';

const amounts = [
  ['amount', '0', /at least 1/],
  ['amount', '-5', /whole number/],
  ['amount', '1.5', /whole number/],
  ['amount', '9223372036854775808', /9223372036854775807/],
  ['amount', 10, /must be/],
  ['amount', undefined, /required/],
] as const;

/** Routes of points, add-on units and voids: a body that each takes, and what is wrong with others. */
export const pointsInputs: WrongInputs[] = [
  [
    'POST /redemption/v1/points-grants',
    { userId: newId(), pointNameId: newId(), amount: '5', reason: 'A kind word' },
    [
      ...amounts.map(([field, value, mend]) => [field, value, mend] as [string, unknown, RegExp]),
      ['userId', 'me', /UUIDv7/],
      ['pointNameId', 'coin', /UUIDv7/],
      ['reason', '', /1 to 500 characters/],
      ['reason', 'x'.repeat(501), /500 characters/],
      ['reason', undefined, /required/],
      ['limit', 5, /not a field/],
    ],
  ],
  [
    'PUT /redemption/v1/points-earned/{earningId}',
    {
      userId: newId(),
      programmeId: newId(),
      pointNameId: newId(),
      actionId: null,
      points: '5',
      earnedAt: new Date().toISOString(),
    },
    [
      ['userId', undefined, /required/],
      ['programmeId', 'club', /UUIDv7/],
      ['pointNameId', null, /must be/],
      ['actionId', 'x', /UUIDv7/],
      ['points', '0', /at least 1/],
      ['points', '9223372036854775808', /9223372036854775807/],
      ['earnedAt', 'yesterday', /RFC 3339/],
      ['earningId', newId(), /not a field/],
    ],
  ],
  [
    'PUT /redemption/v1/addon-purchases/{purchaseId}',
    { partnerId: newId(), bought: { resource: 'MB', units: 1024 }, purchasedAt: new Date().toISOString() },
    [
      ['partnerId', 'p', /UUIDv7/],
      ['bought/units', 0, /at least 1|more than 0/],
      ['bought/units', 1.5, /whole number|int/],
      ['bought/units', 2 ** 53, /at most|int|whole/],
      ['bought/resource', 'a b', /short name/],
      ['purchasedAt', 'now', /RFC 3339/],
      ['price', 5, /not a field/],
      ['bought', undefined, /required/],
    ],
  ],
  [
    'POST /redemption/v1/redemptions/{redemptionId}/void',
    {},
    [
      ['reason', '', /1 to 500 characters/],
      ['reason', 7, /must be/],
      ['why', 'x', /not a field/],
    ],
  ],
];
