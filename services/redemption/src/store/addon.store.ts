import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AddonUnits, EventData } from '#contracts';

type AddonPurchased = EventData<'platform.addon.v1', 'addon-purchased'>;

/** What an account holds of a resource. */
export interface AddonBalance extends AddonUnits {
  readonly partnerId: string;
}

export interface AddonEntry {
  readonly entryId: string;
  readonly partnerId: string;
  readonly resource: string;
  /** Signed: negative = spent. */
  readonly amount: number;
  /** Left after the entry. */
  readonly units: number;
  readonly cause: 'purchased' | 'redeemed' | 'returned';
  /** The purchase or the redemption. */
  readonly subjectId: string;
  readonly bookedAt: string;
}

type AddonEntryRow = Omit<AddonEntry, 'amount' | 'units' | 'bookedAt'> & {
  amount: string;
  units: string;
  bookedAt: Date;
};

/** Accounts' add-on units: bought here, spent by redemptions, given back by voids. */
@Injectable()
export class AddonStore {
  /**
   * Kept for 400 days from now, or from `at` if that is later.
   * @returns false when the purchase was booked before, under whatever event id
   */
  async takeSource(tx: EntityManager, tenantId: string, purchaseId: string, at: string): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `INSERT INTO addon_source (tenant_id, source_id, created_at) VALUES ($1, $2, greatest(octopus_now(), $3))
       ON CONFLICT DO NOTHING RETURNING 1`,
      [tenantId, purchaseId, at],
    );
    return rows.length === 1;
  }

  /**
   * Books what was bought; from then on a redemption that finds too little is told of anew.
   * @returns false when the account would hold more than a JSON number carries: nothing is booked
   */
  async purchase(
    tx: EntityManager,
    tenantId: string,
    entryId: string,
    { purchaseId, partnerId, bought }: AddonPurchased,
  ): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `WITH booked AS (
         INSERT INTO addon_balance AS a (tenant_id, partner_id, resource, units, revision)
         VALUES ($1, $2, $3, $4, 1)
         ON CONFLICT (tenant_id, partner_id, resource) DO UPDATE
           SET units = a.units + excluded.units, revision = a.revision + 1, used_up_told = false
         WHERE a.units <= ${Number.MAX_SAFE_INTEGER} - excluded.units
         RETURNING units
       )
       INSERT INTO addon_entry (tenant_id, partner_id, entry_id, resource, amount, units, cause, subject_id, booked_at)
       SELECT $1::uuid, $2::uuid, $5::uuid, $3, $4::bigint, units, 'purchased', $6::uuid, octopus_now() FROM booked
       RETURNING 1`,
      [tenantId, partnerId, bought.resource, bought.units, entryId, purchaseId],
    );
    return rows.length === 1;
  }

  /** Of these accounts, in the order of accounts and resources. */
  async balances(
    tx: EntityManager,
    tenantId: string,
    partnerIds: readonly string[],
    { after, limit }: { after: { partnerId: string; resource: string } | null; limit: number },
  ): Promise<AddonBalance[]> {
    const rows = await tx.query<{ partnerId: string; resource: string; units: string }[]>(
      `SELECT partner_id AS "partnerId", resource, units FROM addon_balance
        WHERE tenant_id = $1 AND partner_id = ANY ($2::uuid[])
          AND ($3::uuid IS NULL OR (partner_id, resource) > ($3, $4))
        ORDER BY partner_id, resource LIMIT $5`,
      [tenantId, partnerIds, after?.partnerId ?? null, after?.resource ?? null, limit],
    );
    return rows.map((row) => ({ ...row, units: Number(row.units) }));
  }

  /** Of these accounts, newest first. */
  async entries(
    tx: EntityManager,
    tenantId: string,
    partnerIds: readonly string[],
    { after, limit }: { after: { entryId: string } | null; limit: number },
  ): Promise<AddonEntry[]> {
    const rows = await tx.query<AddonEntryRow[]>(
      `SELECT e.* FROM unnest($2::uuid[]) AS account (partner_id)
        CROSS JOIN LATERAL (
          SELECT entry_id AS "entryId", partner_id AS "partnerId", resource, amount, units, cause,
                 subject_id AS "subjectId", booked_at AS "bookedAt"
            FROM addon_entry
           WHERE tenant_id = $1 AND partner_id = account.partner_id AND ($3::uuid IS NULL OR entry_id < $3)
           ORDER BY entry_id DESC LIMIT $4) e
        ORDER BY e."entryId" DESC LIMIT $4`,
      [tenantId, partnerIds, after?.entryId ?? null, limit],
    );
    return rows.map((row) => ({
      ...row,
      amount: Number(row.amount),
      units: Number(row.units),
      bookedAt: row.bookedAt.toISOString(),
    }));
  }
}
