import { z } from 'zod';
import { id, instant } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';
import { addonUnits } from '../catalog/trigger.v1.js';

export const addonUsedUp = z.object({
  partnerId: id,
  channelId: id,
  couponId: id.describe('The coupon whose redemption was refused for it.'),
  wanted: addonUnits.describe('What that redemption would have cost.'),
  left: z.int().min(0).describe('What the account still holds of the resource.'),
  usedUpAt: instant,
});
export type AddonUsedUp = z.infer<typeof addonUsedUp>;

export const redemptionAddon = defineTopic({
  name: 'redemption.addon.v1',
  producer: 'redemption',
  consumers: ['notification', 'catalog'],
  description: "Partners' add-on accounts that no longer cover their coupons; their owners are told.",
  key: 'partnerId',
  subject: 'addon/{partnerId}/{wanted.resource}',
  compacted: false,
  partitions: 3,
  events: {
    'addon-used-up': defineEvent({
      description:
        'A redemption was refused because the account does not hold enough. Told once, until units are bought or given back.',
      schema: addonUsedUp,
      sample: {
        partnerId: sampleIds.partner,
        channelId: sampleIds.channel,
        couponId: sampleIds.coupon,
        wanted: { resource: 'MB', units: 1024 },
        left: 512,
        usedUpAt: sampleTimes.moment,
      },
    }),
  },
});
