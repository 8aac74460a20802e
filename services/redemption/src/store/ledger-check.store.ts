import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** A balance of points that its entries do not add up to. */
export interface WrongBalance {
  readonly userId: string;
  readonly pointNameId: string;
  readonly balance: string;
  readonly entries: string;
}

interface Row {
  readonly user_id: string;
  readonly point_name_id: string;
  readonly balance: string;
  readonly revision: string;
  readonly entries: string;
  readonly booked: string;
}

const FIRST = '00000000-0000-0000-0000-000000000000';
/** Balances compared by one statement. */
const AT_A_TIME = 500;

/** Goes round a tenant's balances for ever, a piece at a time. */
@Injectable()
export class LedgerCheckStore {
  /** The next piece: each balance and its ledger as of one instant. */
  async checkNext(
    tx: EntityManager,
    tenantId: string,
  ): Promise<{ wrong: WrongBalance[]; isRoundOver: boolean }> {
    const [from] = await tx.query<{ user_until: string; point_name_until: string }[]>(
      'SELECT user_until, point_name_until FROM ledger_check WHERE tenant_id = $1',
      [tenantId],
    );
    const rows = await tx.query<Row[]>(
      `SELECT b.user_id, b.point_name_id, b.balance, b.revision, e.entries, e.booked
         FROM (SELECT * FROM point_balance x
                WHERE x.tenant_id = $1 AND (x.user_id, x.point_name_id) > ($2, $3)
                ORDER BY x.user_id, x.point_name_id LIMIT $4) b
         CROSS JOIN LATERAL (SELECT coalesce(sum(e.amount), 0) AS entries, count(*) AS booked FROM point_entry e
                              WHERE e.tenant_id = $1 AND e.user_id = b.user_id
                                AND e.point_name_id = b.point_name_id) e`,
      [tenantId, from?.user_until ?? FIRST, from?.point_name_until ?? FIRST, AT_A_TIME],
    );
    const last = rows.length < AT_A_TIME ? undefined : rows.at(-1);
    await tx.query(
      `INSERT INTO ledger_check (tenant_id, user_until, point_name_until) VALUES ($1, $2, $3)
       ON CONFLICT (tenant_id) DO UPDATE
         SET user_until = excluded.user_until, point_name_until = excluded.point_name_until`,
      [tenantId, last?.user_id ?? FIRST, last?.point_name_id ?? FIRST],
    );
    const wrong = rows
      .filter(({ balance, entries, revision, booked }) => balance !== entries || revision !== booked)
      .map((row) => ({
        userId: row.user_id,
        pointNameId: row.point_name_id,
        balance: row.balance,
        entries: row.entries,
      }));
    return { wrong, isRoundOver: last === undefined };
  }
}
