import { z } from 'zod';
import { id, label } from '../../primitives.js';
import { sampleIds } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

/** The profile of a business account, as its owner keeps it in My account. Balances are redemption's. */
export const partnerProfile = z.object({
  partnerId: id,
  name: label({ max: 200 }),
  website: z
    .url({ protocol: /^https$/ })
    .max(2000)
    .nullable()
    .describe('Shown to end users beside the coupon; null = not given.'),
  active: z
    .boolean()
    .describe('false = the account is closed or suspended: none of its coupons can be redeemed meanwhile.'),
  removed: z.boolean().default(false).describe('true = the account is gone; kept as a tombstone.'),
});
export type PartnerProfile = z.output<typeof partnerProfile>;

export const catalogPartner = defineTopic({
  name: 'catalog.partner.v1',
  producer: 'catalog',
  consumers: ['redemption', 'notification'],
  description: "Channel owners' business accounts, whole, on every change. State by partner.",
  key: 'partnerId',
  compacted: true,
  partitions: 3,
  events: {
    'partner-snapshot': defineEvent({
      description: 'The profile as it stands after a change.',
      schema: partnerProfile,
      sample: {
        partnerId: sampleIds.partner,
        name: 'Café Central',
        website: 'https://cafe-central.example',
        active: true,
        removed: false,
      },
    }),
  },
});
