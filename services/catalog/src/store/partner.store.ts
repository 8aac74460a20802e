import type { Partner, PartnerProfile, PartnerView } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { StoredSnapshot } from './channel.store.js';
import type { PageBounds } from './page-bounds.js';

/** Business accounts. */
@Injectable()
export class PartnerStore {
  /**
   * Keeps the fact unless a newer one about the account is stored already; what the owner added to the profile stays.
   * @returns what others are to be told, the row being locked; null if the fact is stale
   */
  async keep(
    tx: EntityManager,
    tenantId: string,
    { partnerId, name, active, removed }: Partner,
    revision: number,
  ): Promise<StoredSnapshot<PartnerProfile> | null> {
    const rows: { revision: string; website: string | null }[] = await tx.query(
      `INSERT INTO partner AS stored (tenant_id, partner_id, revision, name, active, removed, snapshot_revision)
       VALUES ($1, $2, $3, $4, $5, $6, 1)
       ON CONFLICT (tenant_id, partner_id) DO UPDATE SET
         revision = excluded.revision, name = excluded.name, active = excluded.active,
         removed = excluded.removed, snapshot_revision = stored.snapshot_revision + 1
       WHERE stored.revision < excluded.revision
       RETURNING snapshot_revision AS revision, website`,
      [tenantId, partnerId, revision, name, active, removed],
    );
    const [kept] = rows;
    if (kept === undefined) return null;
    return {
      revision: Number(kept.revision),
      data: { partnerId, name, website: kept.website, active, removed },
    };
  }

  /** Those of `among` that are known and not removed. */
  async known(tx: EntityManager, tenantId: string, among: readonly string[]): Promise<string[]> {
    if (among.length === 0) return [];
    const rows: { partnerId: string }[] = await tx.query(
      `SELECT partner_id AS "partnerId" FROM partner
       WHERE tenant_id = $1 AND partner_id = ANY ($2::uuid[]) AND NOT removed`,
      [tenantId, among],
    );
    return rows.map(({ partnerId }) => partnerId);
  }

  /** Those of `among` that are known and not removed, in the order of their ids. */
  list(
    tx: EntityManager,
    tenantId: string,
    among: readonly string[],
    { after, limit }: PageBounds,
  ): Promise<PartnerView[]> {
    return tx.query(
      `SELECT partner_id AS "partnerId", name, website, active FROM partner
       WHERE tenant_id = $1 AND partner_id = ANY ($2::uuid[]) AND ($3::uuid IS NULL OR partner_id > $3) AND NOT removed
       ORDER BY partner_id LIMIT $4`,
      [tenantId, among, after, limit],
    );
  }
}
