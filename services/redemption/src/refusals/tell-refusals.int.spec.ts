import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { Clock, Metrics, type NewEvent, type Outbox, outboxRow, type TenantDatabase } from '#platform';
import { newId } from '#testkit';
import { aKnownCoupon, RedemptionFixture } from '../../test/redemption-fixture.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import { RefusalCounts } from './refusal-counts.js';
import { TellRefusals } from './tell-refusals.js';

describe('refusals', () => {
  let fixture: RedemptionFixture;
  let metrics: Metrics;
  let counts: RefusalCounts;
  let tell: TellRefusals;
  let memory: CouponMemory;
  let now: Date;
  let isAway: boolean;

  beforeAll(async () => {
    fixture = await RedemptionFixture.open();
  });
  afterAll(() => fixture?.close());
  beforeEach(async () => {
    await fixture.test.ownerPool().query('DELETE FROM outbox');
    now = new Date('2026-11-22T10:15:30.000Z');
    isAway = false;
    metrics = new Metrics();
    memory = new CouponMemory(fixture.facts);
    counts = new RefusalCounts(memory, metrics);
    const clock = Object.assign(new Clock(), { now: () => now });
    tell = new TellRefusals(counts, database, outbox, clock);
  });

  /** Transactions of the platform on the fixture's connections; away on demand. */
  const database = {
    transaction: async <T>(tenantId: string, work: (tx: EntityManager) => Promise<T>): Promise<T> => {
      if (isAway) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
      const query = (sql: string, values: unknown[]) => fixture.test.rows(tenantId, sql, values);
      return work({ query } as unknown as EntityManager);
    },
  } as unknown as TenantDatabase;
  const outbox = {
    addAll: async (tx: EntityManager, events: readonly NewEvent<'redemption.refusal.v1'>[]) => {
      const rows = events.map((event) => outboxRow(event as NewEvent, { service: 'redemption' }));
      await tx.query('SELECT outbox_add($1::jsonb)', [JSON.stringify(rows)]);
    },
  } as unknown as Outbox;

  const told = async () => {
    const { rows } = await fixture.test
      .ownerPool()
      .query<{ payload: Record<string, unknown>; tenant_id: string }>(
        `SELECT payload, tenant_id FROM outbox_fact WHERE topic = 'redemption.refusal.v1' ORDER BY seq, place`,
      );
    return rows.map(({ payload, tenant_id }) => ({ ...payload, tenantId: tenant_id }));
  };
  const lost = async () =>
    (await metrics.registry.getSingleMetric('redemption_refusals_uncounted_total')?.get())?.values[0]?.value;
  const known = (tenantId = fixture.tenantId) => memory.learn(aKnownCoupon({ tenantId }));
  const refuse = (
    { tenantId, couponId }: { tenantId: string; couponId: string },
    code: string,
    times = 1,
  ) => {
    for (let time = 0; time < times; time += 1) counts.count(tenantId, couponId, code);
  };

  it('are told once their minute is over: per coupon, code and minute', async () => {
    const coupon = known();
    refuse(coupon, 'sold_out', 3);
    refuse(coupon, 'cooling_down');
    await tell.run();
    expect(await told()).toEqual([]);
    now = new Date('2026-11-22T10:16:00.000Z');
    await tell.run();
    refuse(coupon, 'sold_out', 2);
    now = new Date('2026-11-22T10:17:10.000Z');
    await tell.run();
    await tell.run();
    const { couponId, channelId, tenantId } = coupon;
    const fact = (code: string, count: number, minute: string) => ({
      couponId,
      channelId,
      code,
      minute: `2026-11-22T${minute}:00.000Z`,
      count,
      tenantId,
    });
    expect(await told()).toEqual([
      fact('sold_out', 3, '10:15'),
      fact('cooling_down', 1, '10:15'),
      fact('sold_out', 2, '10:16'),
    ]);
  });

  it('are told, those of the minute under way too, when the process stops', async () => {
    refuse(known(), 'sold_out', 4);
    await tell.finish();
    expect(await told()).toMatchObject([{ code: 'sold_out', count: 4, minute: '2026-11-22T10:15:00.000Z' }]);
  });

  it("stay each tenant's own", async () => {
    const [one, other] = [known(), known(newId())];
    refuse(one, 'sold_out');
    refuse(other, 'sold_out', 2);
    await tell.finish();
    const facts = (await told()).map(({ tenantId }) => tenantId);
    expect(facts.sort()).toEqual([one.tenantId, other.tenantId].sort());
  });

  it('of ids that strangers made up leave no trace', async () => {
    for (let id = 0; id < 1_000; id += 1) counts.count(fixture.tenantId, newId(), 'coupon_not_found');
    expect(counts.size).toBe(0);
  });

  it('wait while the database is away, and are told once with their minute', async () => {
    refuse(known(), 'sold_out');
    now = new Date('2026-11-22T10:16:00.000Z');
    isAway = true;
    await expect(tell.run()).rejects.toThrow('ECONNREFUSED');
    await expect(tell.run()).rejects.toThrow('ECONNREFUSED');
    isAway = false;
    await tell.run();
    expect(await told()).toMatchObject([{ count: 1, minute: '2026-11-22T10:15:00.000Z' }]);
    expect(await lost()).toBe(0);
  });

  it('are written in parts that fit a transaction', async () => {
    for (let nth = 0; nth < 1_100; nth += 1) refuse(known(), 'sold_out');
    await tell.finish();
    expect(await told()).toHaveLength(1_100);
  });

  it('take bounded memory: beyond it they are counted as lost', async () => {
    const coupon = known();
    for (let nth = 0; nth < 50_010; nth += 1) refuse(coupon, `code_${nth}`);
    expect([counts.size, await lost()]).toEqual([50_000, 10]);
    // And while nothing can be written, 200 parts are kept.
    isAway = true;
    for (let minute = 16; minute < 20; minute += 1) {
      now = new Date(`2026-11-22T10:${minute}:00.000Z`);
      await expect(tell.run()).rejects.toThrow('ECONNREFUSED');
      for (let nth = 0; nth < 50_000; nth += 1) refuse(coupon, `code_${nth}`);
    }
    now = new Date('2026-11-22T10:21:00.000Z');
    await expect(tell.run()).rejects.toThrow('ECONNREFUSED');
    expect(await lost()).toBe(150_010);
  });
});
