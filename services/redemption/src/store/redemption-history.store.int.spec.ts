import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { newId } from '#testkit';
import { RedemptionFixture } from '../../test/redemption-fixture.js';
import { RedemptionHistoryStore } from './redemption-history.store.js';

const HOUR = 3_600_000;
const MANY = 60_000;

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows'?: number;
  'Actual Loops'?: number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

describe('redemptions in lists', () => {
  const history = new RedemptionHistoryStore();
  const now = new Date();
  const [cashierId, partnerId, storeId, coin] = [newId(), newId(), newId(), newId()];
  let fixture: RedemptionFixture;
  let tx: EntityManager;
  /** What was asked of the database last. */
  let asked: [sql: string, values: unknown[]];

  beforeAll(async () => {
    fixture = await RedemptionFixture.open();
    tx = {
      query: (sql: string, values: unknown[]) => {
        asked = [sql, values];
        return fixture.rows(sql, values);
      },
    } as unknown as EntityManager;
    await fixture.rows(
      'INSERT INTO point_name (tenant_id, point_name_id, revision, partner_id, name) VALUES ($1, $2, 1, $3, $4)',
      [fixture.tenantId, coin, partnerId, 'coin'],
    );
  });
  afterAll(() => fixture?.close());

  const add = async (
    over: {
      userId?: string;
      at?: Date;
      cashier?: string;
      partner?: string;
      voided?: boolean;
      paid?: boolean;
      tenantId?: string;
    } = {},
  ) => {
    const {
      userId = newId(),
      at = now,
      cashier = null,
      partner = partnerId,
      voided = false,
      paid = false,
    } = over;
    const redemptionId = uuidv7({ msecs: at.getTime() });
    await fixture.test.rows(
      over.tenantId ?? fixture.tenantId,
      `INSERT INTO redemption (tenant_id, redemption_id, coupon_id, coupon_version, channel_id, user_id, redeemed_at,
                               reservation_id, method, partner_id, store_id, cashier_id, price_point, price_amount, voided_at)
       VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
      [
        over.tenantId ?? fixture.tenantId,
        redemptionId,
        newId(),
        newId(),
        userId,
        at,
        newId(),
        cashier === null ? 'button' : 'pass',
        partner,
        storeId,
        cashier,
        paid ? coin : null,
        paid ? '9223372036854775807' : null,
        voided ? now : null,
      ],
    );
    return redemptionId;
  };
  const ago = (hours: number) => new Date(now.getTime() - hours * HOUR);
  const mine = (
    userId: string,
    over: { after?: { redemptionId: string } | null; limit?: number; tenantId?: string } = {},
  ) => history.ofUser(tx, over.tenantId ?? fixture.tenantId, userId, { after: null, limit: 10, ...over });
  const shift = (over: Partial<{ cashierId: string; partnerId: string }> = {}, limit = 10) =>
    history.ofShift(tx, fixture.tenantId, { cashierId, partnerId, now, ...over }, { after: null, limit });
  const idsOf = (items: readonly { redemptionId: string }[]) => items.map(({ redemptionId }) => redemptionId);

  describe('of a user', () => {
    it('are their own, newest first, voided ones too, in pages, over all partitions', async () => {
      const userId = newId();
      const old = await add({ userId, at: new Date(Date.UTC(now.getUTCFullYear() - 2, 5, 1)) });
      const voided = await add({ userId, at: ago(3), voided: true });
      const paid = await add({ userId, at: ago(2), paid: true });
      await add({ at: ago(1) });
      await add({ userId, tenantId: newId() });
      const all = await mine(userId);
      expect(idsOf(all)).toEqual([paid, voided, old]);
      expect(all.map(({ voidedAt }) => voidedAt)).toEqual([null, now.toISOString(), null]);
      expect(all[0]?.price).toEqual({ pointNameId: coin, amount: '9223372036854775807', pointName: 'coin' });
      expect(idsOf(await mine(userId, { limit: 2 }))).toEqual([paid, voided]);
      expect(idsOf(await mine(userId, { after: { redemptionId: voided } }))).toEqual([old]);
    });
  });

  describe('of a shift', () => {
    it('are what the cashier redeemed for the partner within a day, voided ones too', async () => {
      const late = await add({ cashier: cashierId, at: ago(1) });
      const early = await add({ cashier: cashierId, at: ago(23), voided: true });
      await add({ cashier: cashierId, at: ago(25) });
      await add({ cashier: newId(), at: ago(1) });
      await add({ cashier: cashierId, partner: newId(), at: ago(1) });
      await add({ at: ago(1) });
      const items = await shift();
      expect(idsOf(items)).toEqual([late, early]);
      expect(items[1]).toMatchObject({ voidedAt: now.toISOString(), storeId, method: 'pass' });
    });
  });

  describe('among many', () => {
    const busy = newId();
    const regular = newId();
    beforeAll(async () => {
      const { tenantId } = fixture;
      // Many of one cashier and one user, from 200 days ago until two days ago, and of others today; ids tell their time,
      // as real ones do.
      const insert = (count: number, from: string, step: string, cashier: string) =>
        fixture.rows(
          `INSERT INTO redemption (tenant_id, redemption_id, coupon_id, coupon_version, channel_id, user_id, redeemed_at,
                                   reservation_id, partner_id, cashier_id)
           SELECT $1, (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7' || right(md5(n::text), 19))::uuid,
                  gen_random_uuid(), 1, gen_random_uuid(), CASE WHEN n % 2 = 0 THEN $2 ELSE gen_random_uuid() END, at,
                  gen_random_uuid(), $3, ${cashier}
             FROM (SELECT n, $4::timestamptz - interval '${from}' - n * interval '${step}' AS at
                     FROM generate_series(1, ${count}) n) rows`,
          [tenantId, regular, partnerId, now],
        );
      await insert(
        MANY,
        '2 days',
        '5 minutes',
        `CASE WHEN n % 10 = 0 THEN '${busy}'::uuid ELSE gen_random_uuid() END`,
      );
      await insert(5_000, '1 minute', '10 seconds', 'gen_random_uuid()');
      await fixture.test.ownerPool().query('ANALYZE redemption');
    });

    /** Nodes that read the table, in the plan of what was asked last. */
    async function reads(): Promise<{ rows: number; from: string[]; by: string[] }> {
      const [row] = await fixture.rows<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
        `EXPLAIN (ANALYZE, FORMAT JSON) ${asked[0]}`,
        asked[1],
      );
      const nodes = row === undefined ? [] : flat(row['QUERY PLAN'][0].Plan);
      const scans = nodes.filter((node) => node['Relation Name']?.startsWith('redemption'));
      return {
        rows: scans.reduce((sum, node) => sum + rowsRead(node), 0),
        from: scans.map((node) => node['Relation Name'] ?? ''),
        by: scans.map((node) => node['Node Type']),
      };
    }

    it('a page of a history reads its own rows', async () => {
      const first = await mine(regular, { limit: 20 });
      expect(first).toHaveLength(20);
      expect((await reads()).rows).toBeLessThanOrEqual(22);
      const middle = (await mine(regular, { limit: 5_000 })).at(-1);
      await mine(regular, { limit: 20, after: middle ?? null });
      const { rows, by } = await reads();
      expect(rows).toBeLessThanOrEqual(22);
      expect(by).not.toContain('Seq Scan');
    });

    it("a cashier's shift reads nothing of the days before, and not the partition of years ago", async () => {
      const today = await add({ cashier: busy, at: ago(1) });
      expect(idsOf(await shift({ cashierId: busy }, 20))).toEqual([today]);
      const { rows, from, by } = await reads();
      expect(rows).toBe(1);
      const month = now.toISOString().slice(0, 7);
      const ofMonth = `redemption_${month.replace('-', '_')}`;
      // The months of a new database begin with this one; those to come are empty.
      const isYesterdayBefore = ago(24) < new Date(`${month}-01`);
      expect(from.includes('redemption_before')).toBe(isYesterdayBefore);
      expect(by[from.indexOf(ofMonth)]).toBe('Index Scan');
    });
  });
});

/** Those that were looked at in vain, too. */
function rowsRead(node: PlanNode): number {
  const perLoop = (node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0);
  return perLoop * (node['Actual Loops'] ?? 0);
}

function flat(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flat)];
}
