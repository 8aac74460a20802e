import type { PutTenantSettingsBody, TenantSettingsView } from '#contracts';
import { CommandOutcome, Outbox, type Principal, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { changedSettings, type VersionedSettings } from '../domain/tenant-settings.js';
import { AuditStore, type Change } from '../store/audit.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { TenantSettingsStore } from '../store/tenant-settings.store.js';
import { valueOf } from './refusal-to-problem.js';
import { tenantSettingsAnswer } from './tenant-settings-answer.js';

@Injectable()
export class PutTenantSettings {
  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: DatabaseClock,
    private readonly settings: TenantSettingsStore,
    private readonly audit: AuditStore,
    private readonly outbox: Outbox,
  ) {}

  /** @throws ProblemError version_conflict when somebody else changed them since the caller read them */
  run(
    { tenantId, subject }: Principal,
    expectedVersion: number | null,
    wanted: PutTenantSettingsBody,
  ): Promise<CommandOutcome<TenantSettingsView>> {
    return this.database.transaction(tenantId, async (tx) => {
      const before = await this.settings.lock(tx, tenantId);
      const at = await this.clock.now(tx);
      const after = valueOf(changedSettings(before, wanted, expectedVersion));
      const by = { kind: 'person', id: subject } as const;
      if (after !== before) await this.save(tx, tenantId, { before, after, action: 'change', by, at });
      return new CommandOutcome(tenantSettingsAnswer(after));
    });
  }

  /** Row, audit entry and the fact for everybody else commit together. */
  private async save(
    tx: EntityManager,
    tenantId: string,
    change: Change & { readonly after: VersionedSettings },
  ): Promise<void> {
    const { version, ...settings } = change.after;
    await this.settings.replace(tx, tenantId, change.after);
    await this.audit.add(tx, tenantId, { tenantSettings: true }, change);
    await this.outbox.add(tx, {
      topic: 'catalog.tenant.v1',
      name: 'tenant-settings-changed',
      tenantId,
      key: tenantId,
      subject: `tenant/${tenantId}`,
      revision: version,
      time: change.at.toISOString(),
      data: { tenantId, ...settings },
    });
  }
}
