import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#testkit';
import { RedemptionFixture } from '../../test/redemption-fixture.js';

let fixture: RedemptionFixture;
beforeAll(async () => {
  fixture = await RedemptionFixture.open();
});
afterAll(() => fixture?.close());

describe('what was booked or answered once', () => {
  it.each([
    ['point_source', 'source_id', {}],
    ['addon_source', 'source_id', {}],
    ['cap_answer', 'request_id', { coupon_id: newId() }],
  ])('is known in %s for 400 days, then forgotten', async (table, key, more) => {
    const [young, old] = [newId(), newId()];
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000);
    await fixture.put(table, { [key]: young, created_at: daysAgo(399), ...more });
    await fixture.put(table, { [key]: old, created_at: daysAgo(401), ...more });
    const { rows } = await fixture.pool.query<{ pruned: number }>(
      `SELECT prune_expired_${table}(100) AS pruned`,
    );
    expect(rows).toEqual([{ pruned: 1 }]);
    expect(await fixture.rows(`SELECT ${key} AS id FROM ${table}`)).toEqual([{ id: young }]);
  });
});
