import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type VoidView, voidView, voided as voidedSchema } from '#contracts';
import {
  aPointName,
  aPurchase,
  eventually,
  newId,
  pointNameFact,
  purchaseFact,
  tenantSettingsFact,
} from '#testkit';
import { type Cafe, ledgerFaults, PointsWorld, type Reply } from '../../test/points-world.js';
import { VoidFixture } from '../../test/void-fixture.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';
import { RedemptionGate } from '../redis/redemption-gate.js';

let points: PointsWorld;
let cafe: Cafe;
let fixture: VoidFixture;
let tenantId: string;
beforeAll(async () => {
  points = await PointsWorld.start();
  tenantId = points.tenantId;
});
beforeEach(async () => {
  cafe = await points.cafe();
  fixture = new VoidFixture(points, cafe);
});
afterAll(async () => {
  if (points === undefined) return;
  expect(await points.rows(ledgerFaults)).toEqual([]);
  await points.stop();
});

function takeBack(
  claims: Cafe['cashier'],
  redemptionId: string,
  { key, body }: { key?: string; body?: unknown } = {},
): Promise<Reply<VoidView>> {
  return points.call(claims, 'POST', `redemptions/${redemptionId}/void`, {
    ...(key !== undefined && { key }),
    ...(body !== undefined && { body }),
  });
}

/** Facts of the outbox about one subject, in their order, as they were told. */
async function told(topic: string, key: string): Promise<{ type: string; data: Record<string, unknown> }[]> {
  const records = await points.world.namespace.collect(topic as 'redemption.redemption.v1');
  return records
    .filter((record) => record.key === key)
    .map(({ headers, data }) => ({ type: headers['ce_type'] ?? '', data: data as Record<string, unknown> }));
}

async function otherPointName(): Promise<string> {
  const pointName = aPointName({ partnerId: cafe.partnerId, programmeId: newId() });
  await points.produce(pointNameFact(tenantId, pointName));
  return pointName.pointNameId;
}

describe('taking a redemption back', () => {
  it('gives back the price, the use, the count and the units, and takes the bonus back', async () => {
    const token = await otherPointName();
    const { partnerId } = cafe;
    await points.produce(
      purchaseFact(tenantId, aPurchase({ partnerId, bought: { resource: 'MB', units: 10 } })),
    );
    const couponId = await fixture.coupon();
    const { redemptionId, userId, fulfilmentId } = await fixture.redeemed({
      couponId,
      price: { pointNameId: cafe.pointNameId, amount: 100n },
      bonus: { pointNameId: token, amount: 7n },
      units: 4,
      call: 'pending',
    });
    await points.rows('UPDATE addon_balance SET used_up_told = true WHERE partner_id = $1', [partnerId]);
    const { status, body } = await takeBack(cafe.cashier, redemptionId, { body: { reason: 'By mistake' } });
    expect(status).toBe(200);
    const { voidedAt } = voidView.parse(body);
    expect(body).toEqual({ redemptionId, couponId, userId, voidedAt });

    expect(await fixture.balance(userId, cafe.pointNameId)).toBe(100n);
    expect(await fixture.balance(userId, token)).toBe(0n);
    expect(await fixture.stock(couponId)).toEqual({ redeemed: 0, finished: false, rev: 3 });
    expect(await fixture.usage(couponId, userId)).toEqual([]);
    expect(
      await points.rows(
        'SELECT voided_by, void_reason, counted FROM redemption WHERE redemption_id = $1 AND voided_at = $2',
        [redemptionId, voidedAt],
      ),
    ).toEqual([{ voided_by: cafe.cashierId, void_reason: 'By mistake', counted: false }]);
    expect(
      await points.rows('SELECT units, revision, used_up_told FROM addon_balance WHERE partner_id = $1', [
        partnerId,
      ]),
    ).toEqual([{ units: '14', revision: '2', used_up_told: false }]);
    expect(
      await points.rows('SELECT amount, units FROM addon_entry WHERE cause = $1 AND subject_id = $2', [
        'returned',
        redemptionId,
      ]),
    ).toEqual([{ amount: '4', units: '14' }]);
    expect(
      await points.rows('SELECT state, compensate FROM fulfilment WHERE fulfilment_id = $1', [fulfilmentId]),
    ).toEqual([{ state: 'voided', compensate: false }]);

    await eventually(async () => {
      const [fact] = await told('redemption.redemption.v1', redemptionId);
      expect(fact?.type).toBe('octopus.redemption.voided.v1');
      expect(voidedSchema.parse(fact?.data)).toEqual({
        redemptionId,
        couponId,
        channelId: cafe.channelId,
        userId,
        voidedAt,
        voidedBy: cafe.cashierId,
        redeemedAt: expect.any(String),
        userRedemptions: 0,
        storeId: cafe.storeId,
        cashierId: cafe.cashierId,
        reason: 'By mistake',
        returned: {
          price: { pointNameId: cafe.pointNameId, amount: '100' },
          bonus: { pointNameId: token, amount: '7' },
          units: { resource: 'MB', units: 4 },
          fulfilmentId,
        },
        stock: { redeemed: 0, max: 10, finished: false, revision: 3 },
      });
    });
    await eventually(async () => {
      expect(await told('redemption.points.v1', `${userId}/${cafe.pointNameId}`)).toMatchObject([
        {
          type: 'octopus.redemption.points-credited.v1',
          data: {
            amount: '100',
            balance: '100',
            balanceRevision: 3,
            cause: { kind: 'price_returned', redemptionId },
          },
        },
      ]);
      expect(await told('redemption.points.v1', `${userId}/${token}`)).toMatchObject([
        {
          type: 'octopus.redemption.points-debited.v1',
          data: {
            amount: '7',
            balance: '0',
            balanceRevision: 2,
            cause: { kind: 'bonus_returned', redemptionId },
          },
        },
      ]);
      expect(await told('redemption.fulfilment.v1', fulfilmentId ?? '')).toMatchObject([
        { type: 'octopus.redemption.fulfilment-failed.v1', data: { reason: 'voided', attempts: 0 } },
      ]);
    });
  });

  it('happens once, by whichever of many at the same time, and its key gets the answer again', async () => {
    const { redemptionId, couponId, userId } = await fixture.redeemed({
      price: { pointNameId: cafe.pointNameId, amount: 5n },
    });
    const keys = [newId(), newId(), newId()];
    const replies = await Promise.all(
      [...keys, ...keys].map((key, at) =>
        takeBack(at % 2 ? cafe.owner : cafe.cashier, redemptionId, { key }),
      ),
    );
    const done = replies.filter(({ status }) => status === 200);
    expect(done.filter(({ isReplay }) => !isReplay)).toHaveLength(1);
    const refused = replies.filter(({ status }) => status !== 200);
    expect(new Set(refused.map(({ body }) => body.code))).toEqual(new Set(['already_voided']));
    expect(await fixture.balance(userId, cafe.pointNameId)).toBe(5n);
    expect(await fixture.stock(couponId)).toMatchObject({ redeemed: 0, rev: 3 });
    const facts = await points.rows(
      `SELECT FROM point_entry WHERE user_id = $1 AND cause->>'kind' = 'price_returned'`,
      [userId],
    );
    expect(facts).toHaveLength(1);
  });

  it('again with its key gets the same answer; without it, that it is voided already', async () => {
    const { redemptionId } = await fixture.redeemed();
    const key = newId();
    const first = await takeBack(cafe.cashier, redemptionId, { key });
    expect(await takeBack(cafe.cashier, redemptionId, { key })).toEqual({ ...first, isReplay: true });
    expect(await takeBack(cafe.cashier, redemptionId)).toMatchObject({
      status: 409,
      body: { code: 'already_voided', detail: expect.stringContaining(first.body.voidedAt) },
    });
    expect((await takeBack(cafe.cashier, redemptionId, { key, body: { reason: 'x' } })).body.code).toBe(
      'idempotency_key_reused',
    );
  });

  it('is possible for 30 minutes on the database’s clock', async () => {
    const [late, timely] = [await fixture.redeemed({ ago: 31 }), await fixture.redeemed({ ago: 20 })];
    expect(await takeBack(cafe.cashier, late.redemptionId)).toMatchObject({
      status: 409,
      body: { code: 'void_too_late', detail: expect.stringContaining('30 minutes') },
    });
    expect(await fixture.stock(late.couponId)).toMatchObject({ redeemed: 1 });
    await points.world.database.shiftClock(20 * 60_000);
    try {
      expect((await takeBack(cafe.cashier, timely.redemptionId)).body.code).toBe('void_too_late');
    } finally {
      await points.world.database.shiftClock(0);
    }
    expect((await takeBack(cafe.cashier, timely.redemptionId)).status).toBe(200);
  });

  it('is possible for as long as the tenant has set, whatever an older setting says', async () => {
    const [long, late] = [await fixture.redeemed({ ago: 50 }), await fixture.redeemed({ ago: 70 })];
    try {
      await points.produce(tenantSettingsFact(tenantId, { tenantId, voidMinutes: 60 }, 3));
      await points.produce(tenantSettingsFact(tenantId, { tenantId, voidMinutes: 10_080 }, 2));
      expect((await takeBack(cafe.cashier, long.redemptionId)).status).toBe(200);
      expect(await takeBack(cafe.cashier, late.redemptionId)).toMatchObject({
        status: 409,
        body: { code: 'void_too_late', detail: expect.stringContaining('60 minutes') },
      });
    } finally {
      await points.produce(tenantSettingsFact(tenantId, { tenantId, voidMinutes: 30 }, 4));
    }
  });

  it('leaves the cooldown where the last redemption that stands has put it', async () => {
    const [couponId, userId] = [await fixture.coupon(), newId()];
    await fixture.redeemed({ couponId, userId, ago: 20 });
    const second = await fixture.redeemed({ couponId, userId, ago: 10 });
    const third = await fixture.redeemed({ couponId, userId, ago: 5 });
    const lastAt = async () => {
      const [row] = await points.rows<{ uses: number; minutes: number }>(
        `SELECT uses, round(extract(epoch FROM octopus_now() - last_at) / 60)::integer AS minutes FROM coupon_usage
          WHERE coupon_id = $1 AND user_id = $2`,
        [couponId, userId],
      );
      return row;
    };
    await takeBack(cafe.cashier, second.redemptionId);
    expect(await lastAt()).toEqual({ uses: 2, minutes: 5 });
    await takeBack(cafe.cashier, third.redemptionId);
    expect(await lastAt()).toEqual({ uses: 1, minutes: 20 });
  });

  it('leaves a finished coupon finished and its count as it is, the use goes back all the same', async () => {
    const couponId = await fixture.coupon({ max: 1 });
    const { redemptionId, userId } = await fixture.redeemed({ couponId });
    expect((await takeBack(cafe.cashier, redemptionId)).status).toBe(200);
    expect(await fixture.stock(couponId)).toEqual({ redeemed: 1, finished: true, rev: 3 });
    expect(await fixture.usage(couponId, userId)).toEqual([]);
    expect(
      await points.rows('SELECT counted FROM redemption WHERE redemption_id = $1', [redemptionId]),
    ).toEqual([{ counted: true }]);
    const archived = await fixture.redeemed({ couponId: await fixture.coupon({ status: 'finished' }) });
    await takeBack(cafe.cashier, archived.redemptionId);
    expect(await fixture.stock(archived.couponId)).toMatchObject({ redeemed: 1 });
  });

  it('is refused when the bonus is spent, and then nothing has changed', async () => {
    const token = await otherPointName();
    const { redemptionId, couponId, userId } = await fixture.redeemed({
      price: { pointNameId: cafe.pointNameId, amount: 5n },
      bonus: { pointNameId: token, amount: 7n },
    });
    await fixture.book(userId, token, -1n, { kind: 'price', redemptionId: newId(), couponId: newId() });
    expect(await takeBack(cafe.cashier, redemptionId)).toMatchObject({
      status: 409,
      body: { code: 'bonus_spent' },
    });
    expect(await fixture.balance(userId, token)).toBe(6n);
    expect(await fixture.balance(userId, cafe.pointNameId)).toBe(0n);
    expect(await fixture.stock(couponId)).toEqual({ redeemed: 1, finished: false, rev: 2 });
    expect(await fixture.usage(couponId, userId)).toMatchObject([{ uses: 1 }]);
    await fixture.book(userId, token, 1n, { kind: 'granted', grantedBy: newId(), reason: 'x' });
    expect((await takeBack(cafe.cashier, redemptionId)).status).toBe(200);
  });

  it('covers a spent bonus by the price that goes back, where both are of one point name', async () => {
    const { pointNameId } = cafe;
    const { redemptionId, userId } = await fixture.redeemed({
      price: { pointNameId, amount: 5n },
      bonus: { pointNameId, amount: 3n },
    });
    await fixture.book(userId, pointNameId, -3n, { kind: 'price', redemptionId: newId(), couponId: newId() });
    expect((await takeBack(cafe.cashier, redemptionId)).status).toBe(200);
    expect(await fixture.balance(userId, pointNameId)).toBe(2n);
  });

  it('is refused when the price does not fit into the balance any more', async () => {
    const { pointNameId } = cafe;
    const { redemptionId, userId } = await fixture.redeemed({ price: { pointNameId, amount: 5n } });
    await fixture.book(userId, pointNameId, 9_223_372_036_854_775_803n, {
      kind: 'granted',
      grantedBy: newId(),
      reason: 'x',
    });
    expect((await takeBack(cafe.cashier, redemptionId)).body.code).toBe('balance_too_large');
    expect(await fixture.balance(userId, pointNameId)).toBe(9_223_372_036_854_775_803n);
  });

  it.each([
    ['pending', 'voided', false, 4],
    ['failed', 'voided', false, 4],
    ['in_flight', 'in_flight', true, null],
    ['succeeded', 'succeeded', false, null],
  ] as const)('of which the call is %s leaves it %s', async (call, state, compensate, back) => {
    const { redemptionId, fulfilmentId } = await fixture.redeemed({ units: 4, call });
    expect((await takeBack(cafe.cashier, redemptionId)).status).toBe(200);
    expect(
      await points.rows('SELECT state, compensate FROM fulfilment WHERE fulfilment_id = $1', [fulfilmentId]),
    ).toEqual([{ state, compensate }]);
    const units = await points.rows<{ units: string }>(
      'SELECT units FROM addon_balance WHERE partner_id = $1',
      [cafe.partnerId],
    );
    expect(units.map((row) => Number(row.units))).toEqual(back === null ? [] : [back]);
  });
});

describe('whom a redemption exists for', () => {
  it('the cashiers of its account, at a store of theirs, and the owners of its channel', async () => {
    const other = await points.cafe();
    const { redemptionId, couponId } = await fixture.redeemed();
    const ask = async (claims: Cafe['cashier']) => (await takeBack(claims, redemptionId)).body.code;
    expect(await ask(other.cashier)).toBe('redemption_not_found');
    expect(await ask(other.owner)).toBe('redemption_not_found');
    expect(await ask({ ...cafe.owner, channels: [] })).toBe('redemption_not_found');
    expect(await ask({ ...cafe.owner, tenant: newId() })).toBe('redemption_not_found');
    expect(await ask({ ...cafe.cashier, tenant: newId() })).toBe('store_not_allowed');
    expect(await ask({ ...cafe.cashier, partner: other.partnerId })).toBe('store_not_allowed');
    expect(await ask({ ...cafe.cashier, store: newId() })).toBe('store_not_allowed');
    expect(await ask({ ...cafe.cashier, sub: newId() })).toBe('store_not_allowed');
    expect((await takeBack(cafe.cashier, newId())).status).toBe(404);
    expect(await fixture.stock(couponId)).toMatchObject({ redeemed: 1 });
    expect((await takeBack(cafe.owner, redemptionId)).status).toBe(200);
  });

  it('a redemption from before accounts were noted is its channel’s account’s', async () => {
    const { redemptionId } = await fixture.redeemed();
    await points.rows('UPDATE redemption SET partner_id = NULL WHERE redemption_id = $1', [redemptionId]);
    expect((await takeBack((await points.cafe()).cashier, redemptionId)).body.code).toBe(
      'redemption_not_found',
    );
    expect((await takeBack(cafe.cashier, redemptionId)).status).toBe(200);
  });

  it.each([[{ reason: '' }], [{ reason: 7 }], [{ why: 'x' }]])('takes no body %j', async (body) => {
    const { redemptionId } = await fixture.redeemed();
    expect((await takeBack(cafe.cashier, redemptionId, { body })).body.code).toBe('invalid_request');
  });
});

describe('voids and redemptions at the same time', () => {
  it('neither sell a place twice nor lose one, at the cap', async () => {
    const { channelId, partnerId } = cafe;
    for (let round = 0; round < 6; round += 1) {
      const coupon = await points.world.coupon({ channelId, partnerId, max: 2 });
      const users = (await points.world.followersOf(coupon, 5)) as [string, ...string[]];
      const { couponId } = coupon;
      const redeem = (userId: string) => points.world.redeem(points.replica, { couponId, userId });
      const { redemptionId } = (await redeem(users[0])).body;
      const [taken, ...replies] = await Promise.all([
        takeBack(cafe.owner, redemptionId),
        ...users.slice(1).map((userId) => redeem(userId)),
      ]);
      expect(taken.status).toBe(200);
      const accepted = replies.filter(({ status }) => status === 201).length;
      const [row] = await points.rows(
        `SELECT c.redeemed, c.finished,
                (SELECT count(*) FROM redemption r WHERE r.coupon_id = c.coupon_id AND r.counted) AS counted,
                (SELECT count(*) FROM redemption r WHERE r.coupon_id = c.coupon_id AND r.voided_at IS NULL) AS standing,
                (SELECT sum(uses) FROM coupon_usage u WHERE u.coupon_id = c.coupon_id) AS uses
           FROM coupon c WHERE c.coupon_id = $1`,
        [couponId],
      );
      // Finished by a rival before the void: the place stays used. Else it was sold again, and no third one.
      const expected = { redeemed: '2', finished: true, counted: '2' };
      expect(row).toEqual({ ...expected, standing: String(accepted), uses: String(accepted) });
      expect([1, 2]).toContain(accepted);
    }
  });

  it('a user who had used up their uses may redeem again', async () => {
    const { channelId, partnerId } = cafe;
    const coupon = await points.world.coupon({
      channelId,
      partnerId,
      perUser: 1,
      terms: { timeLimit: { amount: 1, unit: 'hours' } },
    });
    const [userId = ''] = await points.world.followersOf(coupon, 1);
    const redeem = () => points.world.redeem(points.replica, { couponId: coupon.couponId, userId });
    const first = await redeem();
    expect((await redeem()).body.code).toBe('user_limit_reached');
    await takeBack(cafe.owner, first.body.redemptionId);
    expect(await redeem()).toMatchObject({ status: 201, body: { userRedemptions: 1 } });
  });
});

describe('Redis after a void', () => {
  it('holds the numbers as they are now', async () => {
    const { redemptionId, couponId } = await fixture.redeemed();
    const { app } = points.replica;
    const gate = app.get(RedemptionGate);
    await eventually(() => expect(gate.isAway).toBe(false));
    const coupon = await app.get(CouponFactsStore).coupon(tenantId, couponId);
    if (coupon === undefined) throw new Error('no coupon');
    await gate.catchUp(coupon);
    expect(await gate.total(tenantId, couponId)).toMatchObject({ redeemed: 1, revision: 2 });
    await takeBack(cafe.cashier, redemptionId);
    await eventually(async () =>
      expect(await gate.total(tenantId, couponId)).toMatchObject({ redeemed: 0, revision: 3 }),
    );
  });
});
