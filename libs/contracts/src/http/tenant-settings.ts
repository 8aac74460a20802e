import type { z } from 'zod';
import { tenantSettings } from '../events/catalog/tenant.v1.js';
import { positiveCount } from '../primitives.js';

/** All of them at once: what is left out is missing, not kept. */
export const putTenantSettingsBody = tenantSettings.strict();
export type PutTenantSettingsBody = z.output<typeof putTenantSettingsBody>;

export const tenantSettingsView = tenantSettings
  .extend({ version: positiveCount.describe('1 = nothing was ever changed.') })
  .meta({ id: 'TenantSettings' });
export type TenantSettingsView = z.output<typeof tenantSettingsView>;
