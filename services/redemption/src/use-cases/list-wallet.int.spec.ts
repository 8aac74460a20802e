import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '#testkit';
import { WalletWorld } from '../../test/wallet-world.js';
import type { WalletPosition } from '../store/wallet.store.js';

const HOUR = 3_600_000;

describe("the wallet's list", () => {
  let world: WalletWorld;
  let userId: string;
  let channelId: string;

  beforeAll(async () => {
    world = await WalletWorld.open();
  });
  afterAll(() => world?.close());
  beforeEach(async () => {
    [userId, channelId] = [newId(), newId()];
    await world.follow(userId, channelId);
  });

  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
  const ids = (coupons: readonly { couponId: string }[]) => coupons.map(({ couponId }) => couponId);

  it("is a channel's page in order: by position, then by last edit, the unnumbered last", async () => {
    const late = await world.coupon({ channelId, position: null, editedAt: minutesAgo(1) });
    const second = await world.coupon({ channelId, position: 2, editedAt: minutesAgo(9) });
    const early = await world.coupon({ channelId, position: null, editedAt: minutesAgo(5) });
    const firstOld = await world.coupon({ channelId, position: 1, editedAt: minutesAgo(8) });
    const firstNew = await world.coupon({ channelId, position: 1, editedAt: minutesAgo(2) });
    const order = ids([firstNew, firstOld, second, late, early]);
    for (const limit of [1, 2, 3, 20]) expect(await world.seen(userId, { channelId, limit })).toEqual(order);
  });

  it('shows the latest edit first over all channels: followed ones, coupons for everyone, and granted ones', async () => {
    const stranger = newId();
    const followed = await world.coupon({ channelId, editedAt: minutesAgo(3), position: 9 });
    const granted = await world.coupon({ availability: 'grant', editedAt: minutesAgo(2) });
    const everyone = await world.coupon({ audience: 'everyone', editedAt: minutesAgo(1) });
    await world.grant(granted, userId);
    await world.coupon({ editedAt: minutesAgo(0) });
    for (const limit of [1, 2, 20])
      expect(await world.seen(userId, { limit })).toEqual(ids([everyone, granted, followed]));
    expect(await world.seen(stranger)).toEqual(ids([everyone]));
    await world.rows(`UPDATE coupon_card SET listed = false WHERE coupon_id = $1`, [everyone.couponId]);
  });

  it('of a channel that the user does not follow holds what is for everyone, and what was granted', async () => {
    const other = newId();
    const everyone = await world.coupon({ channelId: other, audience: 'everyone', editedAt: minutesAgo(2) });
    const granted = await world.coupon({ channelId: other, availability: 'grant', editedAt: minutesAgo(1) });
    await world.coupon({ channelId: other });
    await world.coupon({ channelId: other, availability: 'grant' });
    await world.grant(granted, userId);
    expect(await world.seen(userId, { channelId: other })).toEqual(ids([granted, everyone]));
    await world.rows(`UPDATE coupon_card SET listed = false WHERE coupon_id = $1`, [everyone.couponId]);
  });

  it('leaves out what cannot be redeemed for any other reason than a price or a pause', async () => {
    const now = Date.now();
    const units = { resource: 'MB', units: 5 };
    const shown = await world.coupon({ channelId });
    await world.coupon({ channelId, status: 'disabled' });
    await world.coupon({ channelId, status: 'finished', finishedReason: 'archived' });
    await world.coupon({ channelId, listed: false });
    await world.coupon({ channelId, startAt: now + HOUR });
    await world.coupon({ channelId, endAt: now - HOUR });
    await world.coupon({ channelId, stock: { redeemed: 4, max: 4, finished: true } });
    await world.coupon({ channelId, partnerActive: false });
    await world.coupon({ channelId, units, partnerUnits: 4 });
    const mine = await world.coupon({ channelId, perUserCap: 2 });
    await world.person(mine, userId, { uses: 2 });
    const revoked = await world.coupon({ channelId, availability: 'grant' });
    await world.grant(revoked, userId, minutesAgo(5), true);
    const expired = await world.coupon({ channelId, availability: 'grant', validityMs: HOUR });
    await world.grant(expired, userId, minutesAgo(61));
    expect(await world.seen(userId)).toEqual(ids([shown]));
    expect(await world.seen(userId, { channelId })).toEqual(ids([shown]));
  });

  it('leaves out what a channel offers that is still a draft', async () => {
    await world.coupon({ channelId, channelActive: false });
    expect(await world.seen(userId)).toEqual([]);
  });

  it('leaves out what is closed at this hour, and says until when the others are open', async () => {
    const hour = (offset: number) => {
      const at = new Date(Date.now() + offset * HOUR);
      return at.toLocaleTimeString('en-GB', {
        timeZone: 'Europe/Zagreb',
        hour: '2-digit',
        minute: '2-digit',
      });
    };
    const open = { kind: 'daily', opensAt: hour(-2), closesAt: hour(2) } as const;
    const closed = { kind: 'daily', opensAt: hour(2), closesAt: hour(4) } as const;
    const coupon = await world.coupon({ channelId, recurrence: open });
    await world.coupon({ channelId, recurrence: closed });
    const { items } = await world.page(userId);
    expect(ids(items)).toEqual([coupon.couponId]);
    const left = Date.parse(items[0]?.openUntil ?? '') - Date.now();
    expect(left).toBeGreaterThan(HOUR);
    expect(left).toBeLessThanOrEqual(2 * HOUR);
  });

  describe('shows a price', () => {
    it('with what is missing and what earns it, until it can be paid', async () => {
      const action = { actionId: newId(), name: 'Log in on seven days', points: '10' };
      const coin = await world.pointName('coin', [action]);
      const price = { pointNameId: coin, amount: 100n, pointName: 'coin' };
      await world.coupon({ channelId, price });
      const locked = await world.page(userId);
      expect(locked.items[0]).toMatchObject({
        state: { kind: 'locked', pointsMissing: '100', pointNameId: coin },
        price: { pointNameId: coin, amount: '100', pointName: 'coin' },
        earnBy: [{ ...action, pointNameId: coin }],
      });
      await world.points(userId, coin, 99n);
      expect((await world.page(userId)).items[0]?.state).toMatchObject({ pointsMissing: '1' });
      await world.points(userId, coin, 100n);
      expect((await world.page(userId)).items[0]?.state).toEqual({ kind: 'available' });
    });

    it('of a currency that is earned by hand only with no actions', async () => {
      const coin = await world.pointName('coin');
      await world.coupon({ channelId, price: { pointNameId: coin, amount: 1n, pointName: 'coin' } });
      expect((await world.page(userId)).items[0]).toMatchObject({ earnBy: [], state: { kind: 'locked' } });
    });

    it('only to whoever can pay, if the owner hides it from the others', async () => {
      const coin = await world.pointName('coin');
      const price = { pointNameId: coin, amount: 5n, pointName: 'coin' };
      const coupon = await world.coupon({ channelId, price, hidden: true });
      expect(await world.seen(userId)).toEqual([]);
      await world.points(userId, coin, 5n);
      expect(await world.seen(userId)).toEqual([coupon.couponId]);
      await world.points(userId, coin, 4n);
      expect(await world.seen(userId)).toEqual([]);
    });
  });

  it('shows a pause with its end, also while points are short, unless the owner hides it then', async () => {
    const lastAt = Date.now() - HOUR;
    const coin = await world.pointName('coin');
    const price = { pointNameId: coin, amount: 5n, pointName: 'coin' };
    const coupon = await world.coupon({ channelId, timeLimitMs: 2 * HOUR, price });
    await world.person(coupon, userId, { uses: 1, lastAt });
    const { items } = await world.page(userId);
    expect(items[0]).toMatchObject({
      state: { kind: 'cooling_down', until: new Date(lastAt + 2 * HOUR).toISOString() },
      userRedemptions: 1,
    });
    await world.rows('UPDATE coupon_card SET hide_if_not_available = true WHERE coupon_id = $1', [
      coupon.couponId,
    ]);
    expect(await world.seen(userId)).toEqual([]);
  });

  it('says until when: the earlier of validity and end', async () => {
    const now = Date.now();
    const granted = (over: object) =>
      world.coupon({ channelId, availability: 'grant', validityMs: HOUR, ...over });
    const [byGrant, byEnd] = [
      await granted({ endAt: now + 9 * HOUR }),
      await granted({ endAt: now + HOUR / 2 }),
    ];
    const ruled = await world.coupon({ channelId, endAt: now + 3 * HOUR });
    const endless = await world.coupon({ channelId });
    for (const coupon of [byGrant, byEnd]) await world.grant(coupon, userId, new Date(now));
    const { items } = await world.page(userId);
    const until = Object.fromEntries(items.map(({ couponId, validUntil }) => [couponId, validUntil]));
    expect(until).toEqual({
      [byGrant.couponId]: new Date(now + HOUR).toISOString(),
      [byEnd.couponId]: new Date(now + HOUR / 2).toISOString(),
      [ruled.couponId]: new Date(now + 3 * HOUR).toISOString(),
      [endless.couponId]: null,
    });
  });

  it("is each user's and each tenant's own", async () => {
    const coupon = await world.coupon({ channelId, perUserCap: 1 });
    const other = newId();
    await world.follow(other, channelId);
    await world.person(coupon, other, { uses: 1 });
    expect(await world.seen(userId)).toEqual([coupon.couponId]);
    expect(await world.seen(other)).toEqual([]);
    const tenantId = newId();
    expect((await world.page(userId, { tenantId })).items).toEqual([]);
    expect((await world.page(userId, { tenantId, channelId })).items).toEqual([]);
  });

  describe('in pages', () => {
    it('skips nothing and repeats nothing while coupons come and go', async () => {
      const coupons = [];
      for (let minute = 1; minute <= 12; minute += 1)
        coupons.push(await world.coupon({ channelId, editedAt: minutesAgo(minute) }));
      const first = await world.page(userId, { limit: 5 });
      expect(ids(first.items)).toEqual(ids(coupons.slice(0, 5)));
      // One that is new stands before the page; one that was on it, and one that is to come, go.
      await world.coupon({ channelId, editedAt: new Date() });
      const gone = ids([coupons[4], coupons[7]].filter((coupon) => coupon !== undefined));
      await world.rows('UPDATE coupon_card SET listed = false WHERE coupon_id = ANY ($1)', [gone]);
      const rest: string[] = [];
      for (let after: WalletPosition | null = first.last; after !== null;) {
        const page = await world.page(userId, { limit: 5, after });
        rest.push(...ids(page.items));
        after = page.last;
      }
      expect(rest).toEqual(ids([...coupons.slice(5, 7), ...coupons.slice(8)]));
    });

    it('are full although most candidates are not shown, and the last one says so', async () => {
      for (let nth = 0; nth < 60; nth += 1) {
        const isShown = nth % 10 === 9;
        const status = isShown ? 'active' : 'disabled';
        await world.coupon({ channelId, editedAt: minutesAgo(nth), status });
      }
      const first = await world.page(userId, { limit: 3 });
      expect([first.items.length, first.last === null]).toEqual([3, false]);
      const second = await world.page(userId, { limit: 3, after: first.last });
      expect([second.items.length, second.last]).toEqual([3, null]);
    });

    describe('of a channel with 1,200 coupons that cannot be redeemed and one that can', () => {
      beforeEach(async () => {
        await world.rows(
          `INSERT INTO coupon (tenant_id, coupon_id, channel_id, type, version, status, taken_over_at)
           SELECT $1, gen_random_uuid(), $2, 'click', 1, 'disabled', now() FROM generate_series(1, 1200)`,
          [world.tenantId, channelId],
        );
        await world.rows(
          `INSERT INTO coupon_card (tenant_id, coupon_id, version, channel_id, name, description, edited_at,
                                    hide_if_not_available, listed, reach, place)
           SELECT $1, coupon_id, 1, $2, 'x', 'x', now(), false, true, 'followers', -1 FROM coupon WHERE channel_id = $2`,
          [world.tenantId, channelId],
        );
      });

      it('end after a bounded number of candidates, and go on from there', async () => {
        const visible = await world.coupon({ channelId, editedAt: minutesAgo(10_000) });
        const first = await world.page(userId, { limit: 20 });
        expect([first.items, first.last === null]).toEqual([[], false]);
        const second = await world.page(userId, { limit: 20, after: first.last });
        expect([ids(second.items), second.last]).toEqual([[visible.couponId], null]);
      });

      // Blocks of the buffer, read for 20 candidates; what cannot be asked of the index is read from row to row.
      const blocksRead = async (of: string | null, after: WalletPosition) => {
        const { place, editedAt, couponId } = after;
        const [row] = await world.rows<{ 'QUERY PLAN': [{ Plan: Record<string, number> }] }>(
          'EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT wallet_page($1, $2, $3, $4, $5, $6, 20)',
          [world.tenantId, userId, of, place, editedAt, couponId],
        );
        const plan = row?.['QUERY PLAN'][0].Plan ?? {};
        return (plan['Shared Hit Blocks'] ?? NaN) + (plan['Shared Read Blocks'] ?? NaN);
      };

      it.each(['its page', 'all channels'])(
        'cost as much at their end as at their beginning: %s',
        async (list) => {
          const of = list === 'its page' ? channelId : null;
          const at = async (offset: number): Promise<WalletPosition> => {
            const [row] = await world.rows<{ coupon_id: string; edited_at: Date }>(
              `SELECT coupon_id, edited_at FROM coupon_card WHERE channel_id = $1
              ORDER BY edited_at DESC, coupon_id DESC OFFSET $2 LIMIT 1`,
              [channelId, offset],
            );
            const { coupon_id: couponId = '', edited_at: editedAt = new Date(0) } = row ?? {};
            return { place: of === null ? 0 : -1, editedAt: editedAt.toISOString(), couponId };
          };
          const [first, last] = [await at(1), await at(1_100)];
          await blocksRead(of, first);
          expect(await blocksRead(of, last)).toBeLessThan((await blocksRead(of, first)) + 100);
        },
      );
    });
  });
});
