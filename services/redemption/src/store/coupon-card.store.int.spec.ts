import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import type { CouponSnapshot } from '#contracts';
import { aCoupon } from '#testkit';
import { RedemptionFixture } from '../../test/redemption-fixture.js';
import { CouponCardStore } from './coupon-card.store.js';

interface CardRow extends Record<string, unknown> {
  name: string;
  listed: boolean;
  reach: string;
  position: number | null;
  place: number;
  edited_at: Date;
  image: object | null;
}

describe("a coupon's card", () => {
  let fixture: RedemptionFixture;
  const cards = new CouponCardStore();

  beforeAll(async () => {
    fixture = await RedemptionFixture.open();
  });
  afterAll(() => fixture?.close());

  async function put(snapshot: CouponSnapshot): Promise<CardRow | undefined> {
    const query = (sql: string, values: unknown[]) => fixture.rows(sql, values);
    await cards.put({ query } as unknown as EntityManager, fixture.tenantId, snapshot);
    const [row] = await fixture.rows<CardRow>(
      'SELECT name, listed, reach, position, place, edited_at, image FROM coupon_card WHERE coupon_id = $1',
      [snapshot.couponId],
    );
    return row;
  }

  it('is that of the newest version, whichever comes last', async () => {
    const coupon = aCoupon({ version: 3, name: 'New' });
    await put(coupon);
    expect(await put({ ...coupon, version: 2, name: 'Old' })).toMatchObject({ name: 'New' });
    expect(await put({ ...coupon, version: 4, name: 'Newer' })).toMatchObject({ name: 'Newer' });
  });

  it.each([
    ['scheduled', true],
    ['active', true],
    ['disabled', false],
    ['finished', false],
    ['draft', false],
  ] as const)('of a coupon that is %s is in the indexes of lists: %s', async (status, listed) => {
    const coupon = aCoupon({ version: 1 });
    await put(coupon);
    expect(await put({ ...coupon, version: 2, status })).toMatchObject({ listed });
  });

  it.each([
    [1, 1, -1],
    [null, null, -2_147_483_647],
    [9_007_199_254_740_991, 2_147_483_647, -2_147_483_647],
  ])('holds position %s as %s, at place %s', async (position, kept, place) => {
    expect(await put(aCoupon({ position }))).toMatchObject({ position: kept, place });
  });

  it('has the image of the newest version', async () => {
    const image = {
      renditions: [{ width: 320, height: 180, type: 'image/webp' as const, url: '/x/320.webp' }],
    };
    const coupon = aCoupon({ version: 1 });
    expect(await put(coupon)).toMatchObject({ image: null });
    expect(await put({ ...coupon, version: 2, image })).toMatchObject({ image });
    expect(await put({ ...coupon, version: 3 })).toMatchObject({ image: null });
  });

  it('says whom it reaches, and when it was edited last', async () => {
    const editedAt = '2026-11-22T10:15:30.123Z';
    expect(await put(aCoupon({ editedAt }))).toMatchObject({
      reach: 'followers',
      edited_at: new Date(editedAt),
    });
    expect(await put(aCoupon({ audience: 'everyone' }))).toMatchObject({ reach: 'everyone' });
    const granted = aCoupon({ audience: 'everyone', availability: 'grant', publishedAt: editedAt });
    expect(await put(granted)).toMatchObject({ reach: 'grant', edited_at: new Date(editedAt) });
  });
});
