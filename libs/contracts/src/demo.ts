import type { TokenClaims } from './http/token.js';
import { sampleIds } from './samples.js';

/** Who a demo token speaks for; the issuer adds `iss`, `aud` and `exp`. */
export type Persona = Omit<TokenClaims, 'iss' | 'exp'>;

/** The demo tenant's people and places: what `npm start` seeds and what the development issuer signs in. */
export const demo = {
  tenant: sampleIds.tenant,
  partner: sampleIds.partner,
  /** "Café Central", followed by every persona but Dino. */
  channel: sampleIds.channel,
  channelName: 'Café Central',
  timeZone: 'Europe/Zagreb',
  owner: sampleIds.owner,
  store: sampleIds.store,
  cashier: sampleIds.cashier,
  /** "Central Club", whose points are called beans. */
  programme: sampleIds.programme,
  earningAction: sampleIds.action,
} as const;

/** End users by sign-in name, with the name by which messages address them; each has one device. */
export const demoUsers = {
  ana: {
    userId: sampleIds.user,
    displayName: 'Ana',
    follows: true,
    device: '01980a5e-7c00-7000-8000-0000000000a2',
  },
  bruno: {
    userId: '01980a5e-7c00-7000-8000-0000000000b1',
    displayName: 'Bruno',
    follows: true,
    device: '01980a5e-7c00-7000-8000-0000000000b2',
  },
  clara: {
    userId: '01980a5e-7c00-7000-8000-0000000000c1',
    displayName: 'Clara',
    follows: true,
    device: '01980a5e-7c00-7000-8000-0000000000c2',
  },
  dino: {
    userId: '01980a5e-7c00-7000-8000-0000000000d1',
    displayName: 'Dino',
    follows: false,
    device: '01980a5e-7c00-7000-8000-0000000000d2',
  },
} as const;

const { tenant } = demo;

/** Demo sign-ins by name. `user-<n>` signs in the n-th of many nameless users (see `demoUserId`). */
export const personas: Readonly<Record<string, Persona>> = {
  owner: { tenant, role: 'channel_owner', sub: demo.owner, channels: [demo.channel] },
  ...Object.fromEntries(
    Object.entries(demoUsers).map(([name, user]) => [
      name,
      { tenant, role: 'end_user', sub: user.userId, device: user.device },
    ]),
  ),
  cashier: {
    tenant,
    role: 'cashier',
    sub: demo.cashier,
    partner: demo.partner,
    store: demo.store,
  },
  admin: { tenant, role: 'tenant_admin', sub: '01980a5e-7c00-7000-8000-0000000000e1' },
  service: { tenant, role: 'service', sub: '01980a5e-7c00-7000-8000-0000000000f1' },
};

/**
 * Id of the n-th nameless demo user, for load.
 * @param n 0 to 2^40 - 1
 */
export function demoUserId(n: number): string {
  return `01980a5e-7c00-7000-9000-${n.toString(16).padStart(12, '0')}`;
}
