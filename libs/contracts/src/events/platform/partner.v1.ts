import { z } from 'zod';
import { id, label, positivePoints, timeZone } from '../../primitives.js';
import { sampleIds } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';
import { position } from './location.v1.js';

/** true = it is gone; kept as a tombstone. */
const removed = z.boolean().default(false);

export const partner = z.object({
  partnerId: id,
  name: label({ max: 200 }),
  active: z.boolean(),
  removed,
});
export type Partner = z.output<typeof partner>;

export const store = z.object({
  storeId: id,
  partnerId: id,
  name: label({ max: 200 }),
  timeZone,
  position: position.nullable(),
  removed,
});
export type Store = z.output<typeof store>;

export const cashier = z.object({
  cashierId: id,
  partnerId: id,
  displayName: label({ max: 200 }).describe("As the shift's list shows it."),
  storeIds: id.array().max(1000).describe('Stores at which the cashier may work.'),
  pointsGrant: z
    .object({ perGrant: positivePoints, perDay: positivePoints })
    .nullable()
    .default(null)
    .describe('Points that the cashier may give by hand: at once, and in 24 hours. null = none.'),
  removed,
});
export type Cashier = z.output<typeof cashier>;

export const platformPartner = defineTopic({
  name: 'platform.partner.v1',
  producer: 'platform',
  ingestedBy: ['catalog'],
  consumers: ['catalog', 'redemption'],
  description: 'Business accounts, their stores and their cashiers. State by each of them.',
  key: 'partnerId',
  compacted: true,
  partitions: 3,
  events: {
    'partner-changed': defineEvent({
      description: 'A business account was opened, changed, suspended or closed.',
      schema: partner,
      sample: { partnerId: sampleIds.partner, name: 'Café Central', active: true, removed: false },
    }),
    'store-changed': defineEvent({
      description: 'A store was opened, changed or closed.',
      key: 'storeId',
      subject: 'store/{storeId}',
      schema: store,
      sample: {
        storeId: sampleIds.store,
        partnerId: sampleIds.partner,
        name: 'Café Central, Ilica 1',
        timeZone: 'Europe/Zagreb',
        position: { latitude: 45.8131, longitude: 15.9753 },
        removed: false,
      },
    }),
    'cashier-changed': defineEvent({
      description: 'A cashier was hired, moved or left.',
      key: 'cashierId',
      subject: 'cashier/{cashierId}',
      schema: cashier,
      sample: {
        cashierId: sampleIds.cashier,
        partnerId: sampleIds.partner,
        displayName: 'Marko',
        storeIds: [sampleIds.store],
        pointsGrant: { perGrant: '100', perDay: '1000' },
        removed: false,
      },
    }),
  },
});
