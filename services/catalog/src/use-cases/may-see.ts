import type { Principal } from '#platform';

/** The tenant's administrators see all of its channels, an owner the own ones. */
export function maySee({ role, channels }: Principal, channelId: string): boolean {
  return role === 'tenant_admin' || channels.includes(channelId);
}
