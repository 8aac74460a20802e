import type { TenantSettingsView } from '#contracts';
import { CommandOutcome, type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { TenantSettingsStore } from '../store/tenant-settings.store.js';
import { tenantSettingsAnswer } from './tenant-settings-answer.js';

@Injectable()
export class ReadTenantSettings {
  constructor(
    private readonly database: TenantDatabase,
    private readonly settings: TenantSettingsStore,
  ) {}

  run({ tenantId }: Principal): Promise<CommandOutcome<TenantSettingsView>> {
    return this.database.read(tenantId, async (tx) => {
      const settings = await this.settings.read(tx, tenantId);
      return new CommandOutcome(tenantSettingsAnswer(settings));
    });
  }
}
