import type { PointNameView } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PointName } from '../domain/point-name.js';
import type { KnownPointName } from '../domain/surroundings.js';
import type { PageBounds } from './page-bounds.js';

const columns = `
  point_name_id AS "pointNameId", partner_id AS "partnerId", programme_id AS "programmeId", name, removed, version`;

/** The currencies that coupons cost and give: catalog owns them. Withdrawn ones stay as tombstones. */
@Injectable()
export class PointNameStore {
  async insert(tx: EntityManager, tenantId: string, pointName: PointName): Promise<void> {
    const { pointNameId, partnerId, programmeId, name, removed, version } = pointName;
    await tx.query(
      `INSERT INTO point_name (tenant_id, point_name_id, partner_id, programme_id, name, removed, version)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [tenantId, pointNameId, partnerId, programmeId, name, removed, version],
    );
  }

  async replace(tx: EntityManager, tenantId: string, pointName: PointName): Promise<void> {
    const { pointNameId, name, removed, version } = pointName;
    await tx.query(
      `UPDATE point_name SET name = $3, removed = $4, version = $5 WHERE tenant_id = $1 AND point_name_id = $2`,
      [tenantId, pointNameId, name, removed, version],
    );
  }

  /** The point name, locked until the transaction ends. */
  async lock(tx: EntityManager, tenantId: string, pointNameId: string): Promise<PointName | null> {
    const rows: PointName[] = await tx.query(
      `SELECT ${columns} FROM point_name WHERE tenant_id = $1 AND point_name_id = $2 FOR UPDATE`,
      [tenantId, pointNameId],
    );
    return rows[0] ?? null;
  }

  /** Those of `ids` that are known. */
  findAll(tx: EntityManager, tenantId: string, ids: readonly string[]): Promise<KnownPointName[]> {
    return tx.query(
      `SELECT ${columns} FROM point_name WHERE tenant_id = $1 AND point_name_id = ANY ($2::uuid[])`,
      [tenantId, ids],
    );
  }

  /** Those of `ids` that are known, as they stay until the transaction ends. */
  hold(tx: EntityManager, tenantId: string, ids: readonly string[]): Promise<KnownPointName[]> {
    return tx.query(
      `SELECT ${columns} FROM point_name WHERE tenant_id = $1 AND point_name_id = ANY ($2::uuid[])
       ORDER BY point_name_id FOR SHARE`,
      [tenantId, ids],
    );
  }

  /** So many of the programme are in use. */
  async countOf(tx: EntityManager, tenantId: string, programmeId: string): Promise<number> {
    const rows: { count: number }[] = await tx.query(
      `SELECT count(*)::int AS count FROM point_name
       WHERE tenant_id = $1 AND programme_id = $2 AND NOT removed`,
      [tenantId, programmeId],
    );
    return rows[0]?.count ?? 0;
  }

  /** Point names of these accounts, withdrawn ones, too, in the order of their ids. */
  list(
    tx: EntityManager,
    tenantId: string,
    partnerIds: readonly string[],
    { after, limit }: PageBounds,
  ): Promise<PointNameView[]> {
    return tx.query(
      `SELECT ${columns}, CASE WHEN programme_id IS NULL THEN 'standalone' ELSE 'loyalty' END AS kind
       FROM point_name
       WHERE tenant_id = $1 AND partner_id = ANY ($2::uuid[]) AND ($3::uuid IS NULL OR point_name_id > $3)
       ORDER BY point_name_id LIMIT $4`,
      [tenantId, partnerIds, after, limit],
    );
  }
}
