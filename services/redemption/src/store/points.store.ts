import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { BalanceView, PointsEntryView } from '#contracts';
import { type Booked, type Credit, LARGEST_BALANCE } from '../domain/ledger.js';

/** The ledger of points: entries are only ever added, and each leaves its balance one revision further. */
@Injectable()
export class PointsStore {
  /**
   * Books points to a user's credit; takes the balance's row lock.
   * @returns undefined when the balance would grow past what can be counted: nothing is booked
   */
  async credit(tx: EntityManager, tenantId: string, credit: Credit): Promise<Booked | undefined> {
    const [row] = await tx.query<{ balance: string; revision: string; booked_at: Date }[]>(
      `WITH booked AS (
         INSERT INTO point_balance AS b (tenant_id, user_id, point_name_id, balance, revision)
         VALUES ($1, $2, $3, $4, 1)
         ON CONFLICT (tenant_id, user_id, point_name_id) DO UPDATE
           SET balance = b.balance + excluded.balance, revision = b.revision + 1
         WHERE b.balance <= ${LARGEST_BALANCE} - excluded.balance
         RETURNING balance, revision
       ), entry AS (
         INSERT INTO point_entry (tenant_id, user_id, entry_id, point_name_id, amount, balance, revision, cause, hops,
                                  granted_by, booked_at)
         SELECT $1::uuid, $2::uuid, $5::uuid, $3::uuid, $4::bigint, balance, revision, $6::json, $7::integer,
                $8::uuid, octopus_now() FROM booked
         RETURNING balance, revision, booked_at
       )
       SELECT balance, revision, booked_at, wake_by_points($1, $2, $3) FROM entry`,
      [
        tenantId,
        credit.userId,
        credit.pointNameId,
        credit.amount,
        credit.entryId,
        JSON.stringify(credit.cause),
        credit.hops,
        credit.cause.kind === 'granted' ? credit.cause.grantedBy : null,
      ],
    );
    if (row === undefined) return undefined;
    return { balance: BigInt(row.balance), revision: Number(row.revision), bookedAt: row.booked_at };
  }

  /**
   * Kept for 400 days from now, or from `at` if that is later.
   * @returns false when this source was booked before, under whatever event id
   */
  async takeSource(tx: EntityManager, tenantId: string, sourceId: string, at: string): Promise<boolean> {
    const rows = await tx.query<unknown[]>(
      `INSERT INTO point_source (tenant_id, source_id, created_at) VALUES ($1, $2, greatest(octopus_now(), $3))
       ON CONFLICT DO NOTHING RETURNING 1`,
      [tenantId, sourceId, at],
    );
    return rows.length === 1;
  }

  /** A user's balances in the order of their point names' ids. */
  async balances(
    tx: EntityManager,
    tenantId: string,
    userId: string,
    { after, limit }: { after: { pointNameId: string } | null; limit: number },
  ): Promise<BalanceView[]> {
    return tx.query<BalanceView[]>(
      `SELECT b.point_name_id AS "pointNameId", n.name AS "pointName", n.programme_id AS "programmeId",
              b.balance::text AS balance
         FROM point_balance b
         LEFT JOIN point_name n ON n.tenant_id = b.tenant_id AND n.point_name_id = b.point_name_id
        WHERE b.tenant_id = $1 AND b.user_id = $2 AND ($3::uuid IS NULL OR b.point_name_id > $3)
        ORDER BY b.point_name_id LIMIT $4`,
      [tenantId, userId, after?.pointNameId ?? null, limit],
    );
  }

  /** A user's entries, newest first; of one point name if one is given. */
  async entries(
    tx: EntityManager,
    tenantId: string,
    { userId, pointNameId }: { userId: string; pointNameId: string | null },
    { after, limit }: { after: { entryId: string } | null; limit: number },
  ): Promise<PointsEntryView[]> {
    const rows = await tx.query<(Omit<PointsEntryView, 'bookedAt'> & { bookedAt: Date })[]>(
      `SELECT e.entry_id AS "entryId", e.point_name_id AS "pointNameId", e.amount::text AS amount,
              e.balance::text AS balance, e.cause, e.booked_at AS "bookedAt"
         FROM point_entry e
        WHERE e.tenant_id = $1 AND e.user_id = $2 AND ($3::uuid IS NULL OR e.entry_id < $3)
          AND ($4::uuid IS NULL OR e.point_name_id = $4)
        ORDER BY e.entry_id DESC LIMIT $5`,
      [tenantId, userId, after?.entryId ?? null, pointNameId, limit],
    );
    return rows.map((row) => ({ ...row, bookedAt: row.bookedAt.toISOString() }));
  }
}
