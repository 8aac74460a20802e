import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** How far one account of add-on units has been added up before. Units as text: they may be larger than a JSON number. */
export interface AccountCheckedSoFar {
  readonly partnerId: string;
  readonly resource: string;
  readonly counted: string;
  /** The entry up to which `counted` goes. */
  readonly countedUntil: string;
}

/** One account and its entries, as of one instant. */
export interface AccountSum extends AccountCheckedSoFar {
  readonly units: string;
  readonly entries: string;
  readonly revision: string;
}

const FIRST_ENTRY = '00000000-0000-0000-0000-000000000000';
/**
 * Entries are in the order of their ids, which processes make on their own clocks a moment before the account is locked.
 * After so long every one of them is visible.
 */
const SETTLED_SECONDS = 120;
const SETTLED = `(lpad(to_hex((extract(epoch FROM clock_timestamp() - interval '${SETTLED_SECONDS} seconds') * 1000)::bigint),
                       12, '0') || repeat('0', 20))::uuid`;

/** Which revision of each account of add-on units has been proven, and how far its entries are added up. */
@Injectable()
export class AddonCheckStore {
  /** Entries that one statement goes through at most, of all resources of a partner. */
  readonly pieces = { entries: 20_000 };
  readonly fromTheFirst = { counted: '0', countedUntil: FIRST_ENTRY };

  /** Accounts that have changed since they were checked, longest unchecked first. */
  async unchecked(tx: EntityManager, tenantId: string, limit: number): Promise<AccountCheckedSoFar[]> {
    return tx.query<AccountCheckedSoFar[]>(
      `SELECT b.partner_id AS "partnerId", b.resource, coalesce(k.counted, 0)::text AS counted,
              coalesce(k.counted_until, $3) AS "countedUntil"
         FROM addon_balance b
         LEFT JOIN addon_check k
           ON k.tenant_id = b.tenant_id AND k.partner_id = b.partner_id AND k.resource = b.resource
        WHERE b.tenant_id = $1 AND k.checked_revision IS DISTINCT FROM b.revision
        ORDER BY k.checked_at NULLS FIRST LIMIT $2`,
      [tenantId, limit, FIRST_ENTRY],
    );
  }

  /** Adds up the next piece of settled entries. @returns how far it came, or undefined: there are none left */
  async countOn(
    tx: EntityManager,
    tenantId: string,
    account: AccountCheckedSoFar,
  ): Promise<AccountCheckedSoFar | undefined> {
    const { partnerId, resource, counted, countedUntil } = account;
    const [row] = await tx.query<{ counted: string; last: string | null }[]>(
      `WITH piece AS (
         SELECT entry_id, resource, amount FROM addon_entry
          WHERE tenant_id = $1 AND partner_id = $2 AND entry_id > $4 AND entry_id < (SELECT ${SETTLED})
          ORDER BY entry_id LIMIT $6
       )
       SELECT ($5::numeric + coalesce(sum(amount) FILTER (WHERE resource = $3), 0))::text AS counted,
              (SELECT entry_id FROM piece ORDER BY entry_id DESC LIMIT 1) AS last
         FROM piece`,
      [tenantId, partnerId, resource, countedUntil, counted, this.pieces.entries],
    );
    if (row === undefined || row.last === null) return undefined;
    return { partnerId, resource, counted: row.counted, countedUntil: row.last };
  }

  /** In one statement, hence in one snapshot: the account, and what its entries add up to. */
  async count(tx: EntityManager, tenantId: string, account: AccountCheckedSoFar): Promise<AccountSum> {
    const { partnerId, resource, counted, countedUntil } = account;
    const [row] = await tx.query<{ units: string; entries: string; revision: string }[]>(
      `SELECT b.units, b.revision,
              ($5::numeric + coalesce((SELECT sum(e.amount) FROM addon_entry e
                                        WHERE e.tenant_id = $1 AND e.partner_id = $2 AND e.resource = $3
                                          AND e.entry_id > $4), 0))::text AS entries
         FROM addon_balance b WHERE b.tenant_id = $1 AND b.partner_id = $2 AND b.resource = $3`,
      [tenantId, partnerId, resource, countedUntil, counted],
    );
    if (row === undefined) throw new Error('accounts are never taken away');
    return { ...account, ...row };
  }

  async mark(tx: EntityManager, tenantId: string, sum: AccountSum): Promise<void> {
    await tx.query(
      `INSERT INTO addon_check (tenant_id, partner_id, resource, counted, counted_until, checked_revision, checked_at)
       VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())
       ON CONFLICT (tenant_id, partner_id, resource) DO UPDATE
         SET counted = excluded.counted, counted_until = excluded.counted_until,
             checked_revision = excluded.checked_revision, checked_at = excluded.checked_at`,
      [tenantId, sum.partnerId, sum.resource, sum.counted, sum.countedUntil, sum.revision],
    );
  }
}
