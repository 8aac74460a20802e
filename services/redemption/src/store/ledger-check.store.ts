import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export interface BalanceKey {
  readonly userId: string;
  readonly pointNameId: string;
}

/** Balances to compare next; `until` is where the piece after them begins, null = at the first again. */
export interface LedgerPiece {
  readonly keys: readonly BalanceKey[];
  readonly until: BalanceKey | null;
  /** Of one user with more entries than one statement may go through. */
  readonly isLong: boolean;
}

/** A balance and what its entries come to, as of one instant. Amounts as text: they may be larger than a JSON number. */
export interface LedgerSum extends BalanceKey {
  readonly balance: string;
  readonly revision: string;
  readonly entries: string;
  readonly booked: string;
}

/** How far the entries of one balance are added up. */
export interface LedgerSoFar extends BalanceKey {
  readonly entries: string;
  readonly booked: string;
  readonly countedUntil: string;
}

const FIRST = '00000000-0000-0000-0000-000000000000';
const BALANCES_AT_A_TIME = 500;
/** As in addon-check.store.ts: after so long every entry of an older id is visible. */
const SETTLED = `(lpad(to_hex((extract(epoch FROM clock_timestamp() - interval '120 seconds') * 1000)::bigint), 12, '0')
                  || repeat('0', 20))::uuid`;

/** Goes round a tenant's balances for ever, a piece at a time. No statement goes through more entries than a piece has. */
@Injectable()
export class LedgerCheckStore {
  readonly pieces = { entries: 20_000 };

  /** Weighs a user with all of their balances, listed or not: their entries are found together, whatever the point name. */
  async next(tx: EntityManager, tenantId: string): Promise<LedgerPiece> {
    const [from] = await tx.query<{ user_until: string; point_name_until: string }[]>(
      'SELECT user_until, point_name_until FROM ledger_check WHERE tenant_id = $1',
      [tenantId],
    );
    const rows = await tx.query<(BalanceKey & { fits: boolean })[]>(
      `WITH listed AS (
         SELECT user_id, point_name_id FROM point_balance x
          WHERE x.tenant_id = $1 AND (x.user_id, x.point_name_id) > ($2, $3)
          ORDER BY x.user_id, x.point_name_id LIMIT ${BALANCES_AT_A_TIME}
       ), weighed AS (
         SELECT user_id, sum(entries) OVER (ORDER BY user_id) <= $4 AS fits
           FROM (SELECT DISTINCT user_id FROM listed) AS u
          CROSS JOIN LATERAL (SELECT sum(revision) AS entries FROM point_balance b
                               WHERE b.tenant_id = $1 AND b.user_id = u.user_id) AS of_user
       )
       SELECT user_id AS "userId", point_name_id AS "pointNameId", fits
         FROM listed JOIN weighed USING (user_id)
        ORDER BY user_id, point_name_id`,
      [tenantId, from?.user_until ?? FIRST, from?.point_name_until ?? FIRST, this.pieces.entries],
    );
    const fitting = rows.filter(({ fits }) => fits);
    const isLong = rows.length > 0 && fitting.length === 0;
    const keys = isLong ? rows.slice(0, 1) : fitting;
    const isLast = keys.length === rows.length && rows.length < BALANCES_AT_A_TIME;
    return { keys, isLong, until: isLast ? null : (keys.at(-1) ?? null) };
  }

  async goOnFrom(tx: EntityManager, tenantId: string, until: BalanceKey | null): Promise<void> {
    await tx.query(
      `INSERT INTO ledger_check (tenant_id, user_until, point_name_until) VALUES ($1, $2, $3)
       ON CONFLICT (tenant_id) DO UPDATE
         SET user_until = excluded.user_until, point_name_until = excluded.point_name_until`,
      [tenantId, until?.userId ?? FIRST, until?.pointNameId ?? FIRST],
    );
  }

  /** Of balances whose users have few entries. */
  sums(tx: EntityManager, tenantId: string, keys: readonly BalanceKey[]): Promise<LedgerSum[]> {
    return tx.query<LedgerSum[]>(
      `SELECT b.user_id AS "userId", b.point_name_id AS "pointNameId", b.balance::text, b.revision::text,
              coalesce(e.entries, 0)::text AS entries, coalesce(e.booked, 0)::text AS booked
         FROM unnest($2::uuid[], $3::uuid[]) AS k (user_id, point_name_id)
         JOIN point_balance b ON b.tenant_id = $1 AND b.user_id = k.user_id AND b.point_name_id = k.point_name_id
         LEFT JOIN (SELECT user_id, point_name_id, sum(amount) AS entries, count(*) AS booked FROM point_entry
                     WHERE tenant_id = $1 AND user_id = ANY ($2) GROUP BY user_id, point_name_id) AS e
           ON e.user_id = b.user_id AND e.point_name_id = b.point_name_id`,
      [tenantId, keys.map(({ userId }) => userId), keys.map(({ pointNameId }) => pointNameId)],
    );
  }

  fromTheFirst({ userId, pointNameId }: BalanceKey): LedgerSoFar {
    return { userId, pointNameId, entries: '0', booked: '0', countedUntil: FIRST };
  }

  /** Adds up the next piece of settled entries. @returns how far it came, or undefined: there are none left */
  async countOn(
    tx: EntityManager,
    tenantId: string,
    { userId, pointNameId, entries, booked, countedUntil }: LedgerSoFar,
  ): Promise<LedgerSoFar | undefined> {
    const [row] = await tx.query<{ entries: string; booked: string; last: string | null }[]>(
      `WITH piece AS (
         SELECT entry_id, point_name_id, amount FROM point_entry
          WHERE tenant_id = $1 AND user_id = $2 AND entry_id > $4 AND entry_id < (SELECT ${SETTLED})
          ORDER BY entry_id LIMIT $7
       )
       SELECT ($5::numeric + coalesce(sum(amount) FILTER (WHERE point_name_id = $3), 0))::text AS entries,
              ($6::bigint + count(*) FILTER (WHERE point_name_id = $3))::text AS booked,
              (SELECT entry_id FROM piece ORDER BY entry_id DESC LIMIT 1) AS last
         FROM piece`,
      [tenantId, userId, pointNameId, countedUntil, entries, booked, this.pieces.entries],
    );
    if (row === undefined || row.last === null) return undefined;
    return { userId, pointNameId, entries: row.entries, booked: row.booked, countedUntil: row.last };
  }

  /** In one statement, hence in one snapshot: the balance, and what its entries come to with the few not yet counted. */
  async sum(tx: EntityManager, tenantId: string, soFar: LedgerSoFar): Promise<LedgerSum> {
    const { userId, pointNameId, entries, booked, countedUntil } = soFar;
    const [row] = await tx.query<LedgerSum[]>(
      `SELECT b.user_id AS "userId", b.point_name_id AS "pointNameId", b.balance::text, b.revision::text,
              ($5::numeric + e.entries)::text AS entries, ($6::bigint + e.booked)::text AS booked
         FROM point_balance b
        CROSS JOIN (SELECT coalesce(sum(amount), 0) AS entries, count(*) AS booked FROM point_entry
                     WHERE tenant_id = $1 AND user_id = $2 AND point_name_id = $3 AND entry_id > $4) AS e
        WHERE b.tenant_id = $1 AND b.user_id = $2 AND b.point_name_id = $3`,
      [tenantId, userId, pointNameId, countedUntil, entries, booked],
    );
    if (row === undefined) throw new Error('balances are never taken away');
    return row;
  }
}
