import { z } from 'zod';
import { id, label } from '../../primitives.js';
import { sampleIds } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

const named = {
  pointNameId: id,
  name: label({ max: 80 }).describe('"coin", "token".'),
  partnerId: id.describe('The account whose owners grant it by hand.'),
  removed: z
    .boolean()
    .default(false)
    .describe('true = no longer to be granted or asked for; balances stay. Kept as a tombstone.'),
};

/** A named currency: earned by hand only, or part of a loyalty programme. */
export const pointName = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('standalone'), ...named }),
  z.object({ kind: z.literal('loyalty'), programmeId: id, ...named }),
]);
export type PointName = z.output<typeof pointName>;

export const catalogPointName = defineTopic({
  name: 'catalog.point-name.v1',
  producer: 'catalog',
  consumers: ['redemption', 'targeting'],
  description: 'The currencies that coupons cost and give. State by point name.',
  key: 'pointNameId',
  compacted: true,
  partitions: 3,
  events: {
    'point-name-changed': defineEvent({
      description: 'A point name was made, renamed or withdrawn. Its kind and programme never change.',
      schema: pointName,
      sample: {
        kind: 'loyalty',
        pointNameId: sampleIds.pointName,
        programmeId: sampleIds.programme,
        partnerId: sampleIds.partner,
        name: 'token',
        removed: false,
      },
    }),
  },
});
