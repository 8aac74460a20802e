import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type {
  Cashier,
  ChannelSnapshot,
  PartnerProfile,
  PointName,
  ProgrammeSnapshot,
  Store,
} from '#contracts';
import type { CashierAtStore } from '../domain/means.js';

/** A point name as the ledger needs it. */
export interface KnownPointName {
  readonly partnerId: string;
  /** null = standalone */
  readonly programmeId: string | null;
  readonly name: string;
  readonly removed: boolean;
}

export interface KnownProgramme {
  readonly removed: boolean;
  /** Whether the action that was asked for is one of its own and earns points of the name that was asked for. */
  readonly listsAction: boolean;
}

/**
 * Channels, accounts, currencies, programmes, stores and cashiers, as their facts tell. A removed one stays as a
 * tombstone; what is not newer than what is stored is skipped, so facts may come twice and in any order.
 */
@Injectable()
export class DirectoryStore {
  async putChannel(tx: EntityManager, tenantId: string, channel: ChannelSnapshot, revision: number) {
    const { channelId, partnerId, status, removed } = channel;
    // Removed or still a draft: nothing of it can be redeemed.
    const active = status === 'active' && !removed;
    await tx.query(upsert('channel', 'channel_id', ['partner_id', 'active', 'removed']), [
      tenantId,
      channelId,
      revision,
      partnerId,
      active,
      removed,
    ]);
  }

  async putPartner(tx: EntityManager, tenantId: string, partner: PartnerProfile, revision: number) {
    const { partnerId, active, removed } = partner;
    await tx.query(upsert('partner', 'partner_id', ['active', 'removed']), [
      tenantId,
      partnerId,
      revision,
      active && !removed,
      removed,
    ]);
  }

  async putPointName(tx: EntityManager, tenantId: string, pointName: PointName, revision: number) {
    const { pointNameId, partnerId, name, removed } = pointName;
    await tx.query(upsert('point_name', 'point_name_id', ['partner_id', 'programme_id', 'name', 'removed']), [
      tenantId,
      pointNameId,
      revision,
      partnerId,
      pointName.kind === 'loyalty' ? pointName.programmeId : null,
      name,
      removed,
    ]);
  }

  async putProgramme(tx: EntityManager, tenantId: string, programme: ProgrammeSnapshot, revision: number) {
    const { programmeId, partnerId, name, earningActions, removed } = programme;
    await tx.query(
      upsert('programme', 'programme_id', ['partner_id', 'name', 'earning_actions', 'removed']),
      [tenantId, programmeId, revision, partnerId, name, JSON.stringify(earningActions), removed],
    );
  }

  async putStore(tx: EntityManager, tenantId: string, store: Store, revision: number) {
    const { storeId, partnerId, name, removed } = store;
    await tx.query(upsert('store', 'store_id', ['partner_id', 'name', 'removed']), [
      tenantId,
      storeId,
      revision,
      partnerId,
      name,
      removed,
    ]);
  }

  async putCashier(tx: EntityManager, tenantId: string, cashier: Cashier, revision: number) {
    const { cashierId, partnerId, displayName, storeIds, pointsGrant, removed } = cashier;
    await tx.query(
      upsert('cashier', 'cashier_id', [
        'partner_id',
        'display_name',
        'store_ids',
        'grant_at_once',
        'grant_per_day',
        'removed',
      ]),
      [
        tenantId,
        cashierId,
        revision,
        partnerId,
        displayName,
        storeIds,
        pointsGrant?.perGrant ?? null,
        pointsGrant?.perDay ?? null,
        removed,
      ],
    );
  }

  async pointName(
    tx: EntityManager,
    tenantId: string,
    pointNameId: string,
  ): Promise<KnownPointName | undefined> {
    const [row] = await tx.query<PointNameRow[]>(
      `SELECT partner_id, programme_id, name, removed FROM point_name
        WHERE tenant_id = $1 AND point_name_id = $2`,
      [tenantId, pointNameId],
    );
    if (row === undefined) return undefined;
    const { partner_id: partnerId, programme_id: programmeId, name, removed } = row;
    return { partnerId, programmeId, name, removed };
  }

  /** Whether the account lists this cashier at this store, and neither is gone: as every scan asks it (till-functions). */
  async cashierAtStore(tx: EntityManager, tenantId: string, place: CashierAtStore): Promise<boolean> {
    const [row] = await tx.query<{ there: boolean | null }[]>(
      'SELECT cashier_account($1, $2, $3) = $4 AS there',
      [tenantId, place.cashierId, place.storeId, place.partnerId],
    );
    return row?.there === true;
  }

  /** The accounts behind these channels, as far as they are known here. */
  async partnersOf(tx: EntityManager, tenantId: string, channelIds: readonly string[]): Promise<string[]> {
    const rows = await tx.query<{ partner_id: string }[]>(
      `SELECT DISTINCT partner_id FROM channel
        WHERE tenant_id = $1 AND channel_id = ANY ($2::uuid[]) AND NOT removed AND partner_id IS NOT NULL`,
      [tenantId, channelIds],
    );
    return rows.map(({ partner_id }) => partner_id);
  }

  /** undefined = nothing was heard of it. @param action one of its actions, and a point name */
  async programme(
    tx: EntityManager,
    tenantId: string,
    programmeId: string,
    { actionId, pointNameId }: { actionId: string | null; pointNameId: string },
  ): Promise<KnownProgramme | undefined> {
    const [row] = await tx.query<KnownProgramme[]>(
      `SELECT removed, earning_actions @> jsonb_build_array(
                jsonb_build_object('actionId', $3::uuid, 'pointNameId', $4::uuid)) AS "listsAction"
         FROM programme WHERE tenant_id = $1 AND programme_id = $2`,
      [tenantId, programmeId, actionId, pointNameId],
    );
    return row;
  }

  /** Whether the programme is the account's and not gone; one nothing was heard of is taken on its point name's word. */
  async mayGrantOf(
    tx: EntityManager,
    tenantId: string,
    { programmeId, partnerId }: { programmeId: string; partnerId: string },
  ): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `SELECT FROM programme
        WHERE tenant_id = $1 AND programme_id = $2 AND (removed OR partner_id <> $3)`,
      [tenantId, programmeId, partnerId],
    );
    return rows.length === 0;
  }

  /** An account nothing was heard of is not suspended. */
  async isSuspended(tx: EntityManager, tenantId: string, partnerId: string): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      'SELECT FROM partner WHERE tenant_id = $1 AND partner_id = $2 AND NOT active',
      [tenantId, partnerId],
    );
    return rows.length === 1;
  }
}

interface PointNameRow {
  readonly partner_id: string;
  readonly programme_id: string | null;
  readonly name: string;
  readonly removed: boolean;
}

/** Parameters: tenant, key, revision, then the columns. */
function upsert(table: string, key: string, columns: readonly string[]): string {
  const values = ['tenant_id', key, 'revision', ...columns].map((_, index) => `$${index + 1}`);
  return `INSERT INTO ${table} AS stored (tenant_id, ${key}, revision, ${columns.join(', ')})
          VALUES (${values.join(', ')})
          ON CONFLICT (tenant_id, ${key}) DO UPDATE
            SET revision = excluded.revision, ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}
          WHERE stored.revision < excluded.revision`;
}
