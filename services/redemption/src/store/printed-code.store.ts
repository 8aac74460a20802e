import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export interface Print {
  /** From 1; rises when the code is renewed. */
  readonly generation: number;
  readonly createdAt: Date;
}

/** Which print of a coupon's code is good. */
@Injectable()
export class PrintedCodeStore {
  /** The present print; the first one if there is none, and the next one if it is to be renewed. */
  async print(
    tx: EntityManager,
    tenantId: string,
    { couponId, printedBy, renew }: { couponId: string; printedBy: string; renew: boolean },
  ): Promise<Print> {
    const rows = await tx.query<PrintRow[]>(
      `INSERT INTO printed_code AS p (tenant_id, coupon_id, generation, created_by, created_at)
       VALUES ($1, $2, 1, $3, octopus_now())
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE
         SET generation = p.generation + CASE WHEN $4 THEN 1 ELSE 0 END,
             created_by = CASE WHEN $4 THEN excluded.created_by ELSE p.created_by END,
             created_at = CASE WHEN $4 THEN excluded.created_at ELSE p.created_at END
       RETURNING generation, created_at`,
      [tenantId, couponId, printedBy, renew],
    );
    return printOf(rows[0]);
  }

  async present(tx: EntityManager, tenantId: string, couponId: string): Promise<Print | undefined> {
    const rows = await tx.query<PrintRow[]>(
      'SELECT generation, created_at FROM printed_code WHERE tenant_id = $1 AND coupon_id = $2',
      [tenantId, couponId],
    );
    return rows[0] && printOf(rows[0]);
  }

  /** What stands above the code on paper. */
  async nameOf(tx: EntityManager, tenantId: string, couponId: string): Promise<string | undefined> {
    const rows = await tx.query<{ name: string }[]>(
      'SELECT name FROM coupon_card WHERE tenant_id = $1 AND coupon_id = $2',
      [tenantId, couponId],
    );
    return rows[0]?.name;
  }
}

interface PrintRow {
  readonly generation: number;
  readonly created_at: Date;
}

function printOf(row: PrintRow | undefined): Print {
  if (row === undefined) throw new Error('printing gave no row');
  return { generation: row.generation, createdAt: row.created_at };
}
