import { z } from 'zod';
import { id } from '../../primitives.js';
import { sampleIds } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

/** Of a tenant that never set anything. */
export const defaultVoidMinutes = 30;

/**
 * What a tenant decides for itself, for all of its accounts. A further group of settings is a further object beside these
 * fields (message manners: `messages`), with a default, so that facts told before it still parse.
 */
export const tenantSettings = z.object({
  voidMinutes: z
    .int()
    .min(1)
    .max(10_080)
    .describe('Minutes for which a redemption can be taken back: at most a week.'),
});
export type TenantSettings = z.output<typeof tenantSettings>;

export const tenantSnapshot = tenantSettings.extend({ tenantId: id });
export type TenantSnapshot = z.output<typeof tenantSnapshot>;

export const catalogTenant = defineTopic({
  name: 'catalog.tenant.v1',
  producer: 'catalog',
  consumers: ['redemption'],
  description: 'What tenants decide for themselves, whole, on every change. State by tenant.',
  key: 'tenantId',
  compacted: true,
  partitions: 3,
  events: {
    'tenant-settings-changed': defineEvent({
      description:
        "The tenant's settings after a change. A tenant of which nothing was told has the defaults: 30 minutes for voids.",
      schema: tenantSnapshot,
      sample: { tenantId: sampleIds.tenant, voidMinutes: 60 },
    }),
  },
});
