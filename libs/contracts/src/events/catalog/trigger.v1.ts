import { z } from 'zod';
import { id, label, positiveCount } from '../../primitives.js';
import { sampleIds } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

/** Add-on units of a partner's account, such as 1024 of `MB`. */
export const addonUnits = z.object({
  resource: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, 'must be a short name such as MB'),
  units: positiveCount,
});
export type AddonUnits = z.infer<typeof addonUnits>;

/** An external API call that the tenant offers to its channel owners. */
export const trigger = z.object({
  triggerId: id,
  name: label({ max: 200 }).describe('As owners see it: "Give this user 1 GB data".'),
  url: z
    .url({ protocol: /^https$/ })
    .max(2000)
    .describe(
      'Where the signed call goes. Whoever calls guards against inner addresses; this is only the form.',
    ),
  signingKey: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/)
    .describe("Name of the signing secret in the caller's secret store; the secret itself never travels."),
  cost: addonUnits.nullable().describe("What one call takes from the partner's account; null = nothing."),
  timeoutMs: z.int().min(100).max(60_000).describe('Longest wait for one answer.'),
  maxAttempts: z.int().min(1).max(100).describe('So often it is tried before the fulfilment fails.'),
  offered: z.boolean().describe('false = owners can no longer pick it; coupons that have it keep it.'),
  removed: z
    .boolean()
    .default(false)
    .describe('true = it is gone: calls still owed fail. Kept as a tombstone.'),
});
export type Trigger = z.output<typeof trigger>;

export const catalogTrigger = defineTopic({
  name: 'catalog.trigger.v1',
  producer: 'catalog',
  consumers: ['redemption'],
  description: "The tenant's external API calls that a redemption can trigger. State by trigger.",
  key: 'triggerId',
  compacted: true,
  partitions: 3,
  events: {
    'trigger-changed': defineEvent({
      description: 'A trigger was added, changed or withdrawn.',
      schema: trigger,
      sample: {
        triggerId: sampleIds.trigger,
        name: 'Give this user 1 GB data',
        url: 'https://provisioning.example.com/v1/data-packages',
        signingKey: 'provisioning',
        cost: { resource: 'MB', units: 1024 },
        timeoutMs: 5000,
        maxAttempts: 8,
        offered: true,
        removed: false,
      },
    }),
  },
});
