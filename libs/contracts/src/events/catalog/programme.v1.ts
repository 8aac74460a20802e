import type { z } from 'zod';
import { id } from '../../primitives.js';
import { sampleIds } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';
import { platformLoyalty, programme } from '../platform/loyalty.v1.js';

/** A programme as coupons refer to it: what the platform says of it, and the point names that catalog keeps for it. */
export const programmeSnapshot = programme.extend({
  pointNameIds: id
    .array()
    .max(100)
    .describe('Point names of kind `loyalty` that belong to it, withdrawn ones left out.'),
});
export type ProgrammeSnapshot = z.output<typeof programmeSnapshot>;

export const catalogProgramme = defineTopic({
  name: 'catalog.programme.v1',
  producer: 'catalog',
  consumers: ['redemption', 'targeting'],
  description:
    'Loyalty programmes with levels, earning actions and point names, whole, on every change. State by programme.',
  key: 'programmeId',
  compacted: true,
  partitions: 3,
  events: {
    'programme-snapshot': defineEvent({
      description: 'The programme as catalog knows it after a change.',
      schema: programmeSnapshot,
      sample: {
        ...platformLoyalty.events['programme-changed'].sample,
        pointNameIds: [sampleIds.pointName],
      },
    }),
  },
});
