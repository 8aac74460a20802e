import { z } from 'zod';
import { id, label, positiveCount, storableString } from '../../primitives.js';
import { sampleIds } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

/** Add-on units of a partner's account, such as 1024 of `MB`. */
export const addonUnits = z.object({
  resource: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, 'must be a short name such as MB'),
  units: positiveCount,
});
export type AddonUnits = z.infer<typeof addonUnits>;

/** Name of a secret in the caller's secret store, such as `provisioning`; the secret itself never travels. */
export const secretName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$/);

/** One header of a call. Its value may hold `{{secret.<name>}}`: the caller puts the secret of that name there. */
export const triggerHeader = z.object({
  name: z
    .string()
    .max(64)
    .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, 'must be the name of an HTTP header'),
  value: z
    .string()
    .max(1000)
    .regex(/^[!-~]([ -~]*[!-~])?$/, 'must be printable ASCII, without spaces around it'),
});
export type TriggerHeader = z.infer<typeof triggerHeader>;

/** What a body template can name. Each is a string, except `cost.units`, a number, and what is null without a cost. */
export const triggerPlaceholders = [
  'fulfilment.id',
  'redemption.id',
  'redemption.at',
  'coupon.id',
  'channel.id',
  'partner.id',
  'user.id',
  'tenant.id',
  'cost.resource',
  'cost.units',
] as const;

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
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
  headers: z
    .array(triggerHeader)
    .max(20)
    .default([])
    .describe(
      'Sent with the call. A value may hold {{secret.<name>}}, the name of a secret that the caller keeps.',
    ),
  bodyTemplate: storableString()
    .max(10_000)
    .nullable()
    .default(null)
    .describe(
      'A JSON object as text; null = the fulfilment itself is the body. In its string values stand placeholders: ' +
        `${triggerPlaceholders.map((name) => `{{${name}}}`).join(', ')}. A string that is one placeholder ` +
        'and nothing else becomes its value (a number stays one); else the value is written into the text.',
    ),
  signingKey: secretName.describe(
    "Name of the signing secret in the caller's secret store; the secret itself never travels.",
  ),
  cost: addonUnits.nullable().describe("What one call takes from the partner's account; null = nothing."),
  timeoutMs: z.int().min(100).max(60_000).describe('Longest wait for one answer.'),
  maxAttempts: z.int().min(1).max(100).describe('So often it is tried before the fulfilment fails.'),
  offered: z.boolean().describe('false = owners can no longer pick it; coupons that have it keep it.'),
  partnerIds: z
    .array(id)
    .min(1)
    .max(1000)
    .nullable()
    .default(null)
    .describe('Accounts that may use it; null = all. Coupons that have it keep it.'),
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
        method: 'POST',
        headers: [{ name: 'Authorization', value: 'Bearer {{secret.provisioning-token}}' }],
        bodyTemplate: '{"subscriber":"{{user.id}}","megabytes":"{{cost.units}}"}',
        signingKey: 'provisioning',
        cost: { resource: 'MB', units: 1024 },
        timeoutMs: 5000,
        maxAttempts: 8,
        offered: true,
        partnerIds: [sampleIds.partner],
        removed: false,
      },
    }),
  },
});
