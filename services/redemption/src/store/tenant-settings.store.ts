import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { defaultVoidMinutes, type TenantSettings } from '#contracts';

/** What tenants decide for themselves, as catalog tells it; a tenant nothing was heard of has the defaults. */
@Injectable()
export class TenantSettingsStore {
  /** Skipped where it is no newer than what is stored. */
  async put(tx: EntityManager, tenantId: string, settings: TenantSettings, revision: number): Promise<void> {
    await tx.query(
      `INSERT INTO tenant_settings AS stored (tenant_id, revision, void_minutes) VALUES ($1, $2, $3)
       ON CONFLICT (tenant_id) DO UPDATE SET revision = excluded.revision, void_minutes = excluded.void_minutes
       WHERE stored.revision < excluded.revision`,
      [tenantId, revision, settings.voidMinutes],
    );
  }

  /** For so many minutes a redemption can be taken back. */
  async voidMinutes(tx: EntityManager, tenantId: string): Promise<number> {
    const [row] = await tx.query<{ minutes: number }[]>(
      'SELECT void_minutes AS minutes FROM tenant_settings WHERE tenant_id = $1',
      [tenantId],
    );
    return row?.minutes ?? defaultVoidMinutes;
  }
}
