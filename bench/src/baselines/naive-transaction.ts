import { Injectable } from '@nestjs/common';
import { type CommandRequest, TenantDatabase } from '#platform';
import { type BaselineView, viewOf } from './baseline-view.js';

const LOCK = `SELECT max, redeemed, per_user_cap FROM naive_coupon WHERE tenant_id = $1 AND coupon_id = $2 FOR UPDATE`;
const COUNT = `SELECT count(*)::int AS uses FROM naive_redemption WHERE tenant_id = $1 AND coupon_id = $2 AND user_id = $3`;
const INSERT = `INSERT INTO naive_redemption (tenant_id, coupon_id, user_id, redemption_id, key) VALUES ($1, $2, $3, $4, $5)`;
const UPDATE = `UPDATE naive_coupon SET redeemed = redeemed + 1 WHERE tenant_id = $1 AND coupon_id = $2`;

interface Terms {
  readonly max: string;
  readonly redeemed: string;
  readonly per_user_cap: number;
}

/**
 * The textbook: one transaction per request that locks the coupon, checks and writes. Correct for both caps; without
 * stored answers, followers or facts, so it does less than we do.
 */
@Injectable()
export class NaiveTransaction {
  constructor(private readonly database: TenantDatabase) {}

  /** undefined = a cap is reached */
  async run(command: CommandRequest, couponId: string): Promise<BaselineView | undefined> {
    const { tenantId, subject } = command.principal;
    const view = viewOf(command, couponId);
    const client = await this.database.pool.connect();
    try {
      await client.query('BEGIN');
      const { rows } = await client.query<Terms>({ name: 'lock', text: LOCK, values: [tenantId, couponId] });
      const counted = await client.query<{ uses: number }>({
        name: 'count',
        text: COUNT,
        values: [tenantId, couponId, subject],
      });
      const [terms] = rows;
      const uses = counted.rows[0]?.uses ?? 0;
      if (terms === undefined || Number(terms.redeemed) >= Number(terms.max) || uses >= terms.per_user_cap) {
        await client.query('ROLLBACK');
        return undefined;
      }
      const values = [tenantId, couponId, subject, view.redemptionId, command.idempotencyKey];
      await client.query({ name: 'insert', text: INSERT, values });
      await client.query({ name: 'update', text: UPDATE, values: [tenantId, couponId] });
      await client.query('COMMIT');
      return view;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
  }
}
