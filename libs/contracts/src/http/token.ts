import { z } from 'zod';
import { id } from '../primitives.js';

export const role = z.enum(['end_user', 'channel_owner', 'cashier', 'tenant_admin', 'service']);
export type Role = z.infer<typeof role>;

/** Claims of an access token. Every token names its tenant; nothing crosses tenants. */
export const tokenClaims = z.object({
  iss: z.string(),
  /** The user's id; for role `service` the calling service's own. */
  sub: id,
  tenant: id,
  role,
  exp: z.int(),
  /** channel_owner: the channels whose coupons the token may manage. */
  channels: z.array(id).max(1000).optional(),
  /** cashier: the partner and the store at which the cashier works. */
  partner: id.optional(),
  store: id.optional(),
  /** end_user: the device that the wallet runs on. */
  device: id.optional(),
});
export type TokenClaims = z.infer<typeof tokenClaims>;
