import type { TenantSettingsView } from '#contracts';
import type { CommandAnswer } from '#platform';

/** The settings with their version as entity tag, for If-Match of the next change. */
export function tenantSettingsAnswer(settings: TenantSettingsView): CommandAnswer<TenantSettingsView> {
  return { status: 200, body: settings, headers: { etag: `"${settings.version}"` } };
}
