import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { untouchedSettings, type VersionedSettings } from '../domain/tenant-settings.js';

const columns = 'void_minutes AS "voidMinutes", version';

/** One row per tenant, from its first change on. */
@Injectable()
export class TenantSettingsStore {
  async read(tx: EntityManager, tenantId: string): Promise<VersionedSettings> {
    const [row] = await tx.query<VersionedSettings[]>(
      `SELECT ${columns} FROM tenant_settings WHERE tenant_id = $1`,
      [tenantId],
    );
    return row ?? untouchedSettings;
  }

  /** As they stand, locked until the transaction ends; the first change of a tenant makes the row that it locks. */
  async lock(tx: EntityManager, tenantId: string): Promise<VersionedSettings> {
    const { voidMinutes, version } = untouchedSettings;
    await tx.query(
      `INSERT INTO tenant_settings (tenant_id, void_minutes, version) VALUES ($1, $2, $3)
       ON CONFLICT (tenant_id) DO NOTHING`,
      [tenantId, voidMinutes, version],
    );
    const [row] = await tx.query<VersionedSettings[]>(
      `SELECT ${columns} FROM tenant_settings WHERE tenant_id = $1 FOR UPDATE`,
      [tenantId],
    );
    if (row === undefined) throw new Error(`the settings of tenant ${tenantId} are gone`);
    return row;
  }

  async replace(tx: EntityManager, tenantId: string, settings: VersionedSettings): Promise<void> {
    await tx.query('UPDATE tenant_settings SET void_minutes = $2, version = $3 WHERE tenant_id = $1', [
      tenantId,
      settings.voidMinutes,
      settings.version,
    ]);
  }
}
