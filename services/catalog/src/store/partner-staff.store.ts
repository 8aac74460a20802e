import type { Cashier, CashierView, Store, StoreView } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { PageBounds } from './page-bounds.js';

/** The stores of business accounts, and who works there. Removed ones stay as tombstones. */
@Injectable()
export class PartnerStaffStore {
  /** Keeps the fact unless a newer one about the store is here already. */
  async keepStore(tx: EntityManager, tenantId: string, store: Store, revision: number): Promise<void> {
    const { storeId, partnerId, name, timeZone, position, removed } = store;
    await tx.query(
      `INSERT INTO store AS stored (tenant_id, store_id, revision, partner_id, name, time_zone, position, removed)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (tenant_id, store_id) DO UPDATE SET
         revision = excluded.revision, partner_id = excluded.partner_id, name = excluded.name,
         time_zone = excluded.time_zone, position = excluded.position, removed = excluded.removed
       WHERE stored.revision < excluded.revision`,
      [tenantId, storeId, revision, partnerId, name, timeZone, position, removed],
    );
  }

  /** Keeps the fact unless a newer one about the cashier is here already. */
  async keepCashier(tx: EntityManager, tenantId: string, cashier: Cashier, revision: number): Promise<void> {
    const { cashierId, partnerId, displayName, storeIds, pointsGrant, removed } = cashier;
    await tx.query(
      `INSERT INTO cashier AS stored
         (tenant_id, cashier_id, revision, partner_id, display_name, store_ids, points_grant, removed)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (tenant_id, cashier_id) DO UPDATE SET
         revision = excluded.revision, partner_id = excluded.partner_id,
         display_name = excluded.display_name, store_ids = excluded.store_ids,
         points_grant = excluded.points_grant, removed = excluded.removed
       WHERE stored.revision < excluded.revision`,
      [tenantId, cashierId, revision, partnerId, displayName, storeIds, pointsGrant, removed],
    );
  }

  /** Stores of these accounts, in the order of their ids. */
  listStores(
    tx: EntityManager,
    tenantId: string,
    partnerIds: readonly string[],
    { after, limit }: PageBounds,
  ): Promise<StoreView[]> {
    return tx.query(
      `SELECT store_id AS "storeId", partner_id AS "partnerId", name, time_zone AS "timeZone", position FROM store
       WHERE tenant_id = $1 AND partner_id = ANY ($2::uuid[]) AND ($3::uuid IS NULL OR store_id > $3) AND NOT removed
       ORDER BY store_id LIMIT $4`,
      [tenantId, partnerIds, after, limit],
    );
  }

  /** Cashiers of these accounts, in the order of their ids. */
  listCashiers(
    tx: EntityManager,
    tenantId: string,
    partnerIds: readonly string[],
    { after, limit }: PageBounds,
  ): Promise<CashierView[]> {
    return tx.query(
      `SELECT cashier_id AS "cashierId", partner_id AS "partnerId", display_name AS "displayName",
              store_ids AS "storeIds", points_grant AS "pointsGrant"
       FROM cashier
       WHERE tenant_id = $1 AND partner_id = ANY ($2::uuid[]) AND ($3::uuid IS NULL OR cashier_id > $3)
         AND NOT removed
       ORDER BY cashier_id LIMIT $4`,
      [tenantId, partnerIds, after, limit],
    );
  }
}
