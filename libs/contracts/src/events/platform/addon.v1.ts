import { z } from 'zod';
import { id, instant } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';
import { addonUnits } from '../catalog/trigger.v1.js';

export const addonPurchased = z.object({
  purchaseId: id.describe('Booked at most once, whatever is sent again and under whatever event id.'),
  partnerId: id,
  bought: addonUnits,
  purchasedAt: instant,
});
export type AddonPurchased = z.infer<typeof addonPurchased>;

export const platformAddon = defineTopic({
  name: 'platform.addon.v1',
  producer: 'platform',
  ingestedBy: ['redemption'],
  consumers: ['redemption'],
  description: "Add-ons that partners paid for; redemption keeps the balance that coupons' triggers spend.",
  key: 'partnerId',
  subject: 'purchase/{purchaseId}',
  compacted: false,
  partitions: 3,
  events: {
    'addon-purchased': defineEvent({
      description: 'A partner bought units of a resource.',
      schema: addonPurchased,
      sample: {
        purchaseId: sampleIds.purchase,
        partnerId: sampleIds.partner,
        bought: { resource: 'MB', units: 102_400 },
        purchasedAt: sampleTimes.moment,
      },
    }),
  },
});
