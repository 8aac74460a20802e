import { z } from 'zod';
import { id } from '../primitives.js';

export const role = z.enum(['end_user', 'channel_owner', 'cashier', 'tenant_admin', 'service']);
export type Role = z.infer<typeof role>;

/** Claims of an access token. Every token names its tenant; nothing crosses tenants. */
export const tokenClaims = z.object({
  iss: z.string(),
  sub: id.describe("The user's id; for role `service` the calling service's own."),
  tenant: id,
  role,
  exp: z.int(),
  channels: z
    .array(id)
    .max(1000)
    .optional()
    .describe('channel_owner: the channels whose coupons the token may manage.'),
  partner: id.optional().describe('cashier: the partner and the store at which the cashier works.'),
  store: id.optional(),
  device: id.optional().describe('end_user: the device that the wallet runs on.'),
});
export type TokenClaims = z.infer<typeof tokenClaims>;
