import type { Role } from '#contracts';

/** Who is calling, as a verified token says. */
export interface Principal {
  readonly tenantId: string;
  /** The user's id; for role `service` the calling service's own. */
  readonly subject: string;
  readonly role: Role;
  /** channel_owner: the channels whose coupons the caller may manage; empty for other roles. */
  readonly channels: readonly string[];
  /** cashier: the partner and the store. */
  readonly partner?: string;
  readonly store?: string;
  /** end_user: the device that the wallet runs on. */
  readonly device?: string;
  /** Epoch seconds at which the token ends. */
  readonly expiresAt: number;
}
