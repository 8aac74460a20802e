import { defaultVoidMinutes, type PutTenantSettingsBody, type TenantSettingsView } from '#contracts';
import { accept, type Decision, stale } from './refusal.js';
import { same } from './same.js';

/** What a tenant decides for itself. */
export type VersionedSettings = TenantSettingsView;

export const untouchedSettings: VersionedSettings = { voidMinutes: defaultVoidMinutes, version: 1 };

/** The settings themselves come back where nothing differs. */
export function changedSettings(
  settings: VersionedSettings,
  wanted: PutTenantSettingsBody,
  expectedVersion: number | null,
): Decision<VersionedSettings> {
  const { version } = settings;
  if (same({ ...wanted, version }, settings)) return accept(settings);
  if (expectedVersion !== null && expectedVersion !== version)
    return stale('settings', settings, expectedVersion);
  return accept({ ...wanted, version: version + 1 });
}
