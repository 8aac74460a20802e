import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { CouponSnapshot } from '#contracts';
import { aChannelSnapshot, channelSnapshotFact, eventually, newId } from '#testkit';
import { AutoWorld } from '../../test/auto-world.js';
import { tally } from '../../test/redemption-world.js';
import { OTHER_CONNECTIONS } from '../config.js';
import type { RedeemAnswer } from '../domain/answer.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';
import { type RedemptionRequest, SubmitRedemption } from './submit-redemption.js';

const LANES = 2;
const CONNECTIONS = 8;

let auto: AutoWorld;
beforeAll(async () => {
  auto = await AutoWorld.start(1, {
    REDEMPTION_LANES: String(LANES),
    DATABASE_POOL_SIZE: String(CONNECTIONS),
    // Little room: attempts beyond their share of it would turn people away.
    REDEMPTION_MAX_WAITING: '48',
    REDEMPTION_MAX_BATCH: '16',
  });
});
afterAll(() => auto?.stop());
afterEach(() => {
  jest.restoreAllMocks();
});

/** How many reads of attempts were under way at the same time, at most, since this was called. */
function mostReadsAtOnce(): () => number {
  const facts = auto.replica.app.get(CouponFactsStore);
  const read = facts.read.bind(facts);
  let [now, most] = [0, 0];
  jest.spyOn(facts, 'read').mockImplementation(async (...asked) => {
    most = Math.max(most, (now += 1));
    return read(...asked).finally(() => (now -= 1));
  });
  return () => most;
}

/** As many `done` as there are attempts, each with one redemption. */
async function eventuallyAllRedeemed(coupon: CouponSnapshot, times: number): Promise<void> {
  await auto.eventuallyRedeemed(coupon, times);
  await eventually(async () => {
    const states = await auto.rows(
      'SELECT state, count(*)::integer AS n FROM auto_attempt WHERE coupon_id = $1 GROUP BY state',
      [coupon.couponId],
    );
    expect(states).toEqual([{ state: 'done', n: times }]);
  });
}

/** How many attempts were at the door at the same time, at most, since this was called. */
function mostAtOnce(): () => number {
  const door = auto.replica.app.get(SubmitRedemption);
  const run = door.run.bind(door);
  let [now, most] = [0, 0];
  jest.spyOn(door, 'run').mockImplementation(async (request: RedemptionRequest) => {
    if (request.means.kind !== 'auto') return run(request);
    most = Math.max(most, (now += 1));
    return run(request).finally(() => (now -= 1));
  });
  return () => most;
}

describe('a fan-out', () => {
  it('on one coupon, though nothing of it can be decided, holds up no attempt of another', async () => {
    const fanOut = await auto.coupon();
    const other = await auto.coupon();
    const client = await auto.world.database.ownerPool().connect();
    try {
      await client.query('BEGIN');
      await client.query("SELECT set_config('octopus.tenant_id', $1, true)", [auto.tenantId]);
      await client.query('SELECT FROM coupon WHERE coupon_id = $1 FOR UPDATE', [fanOut.couponId]);
      await auto.grantMany(fanOut, 600);
      auto.nudge();
      await eventually(async () => {
        const leased = await auto.rows(
          'SELECT FROM auto_attempt WHERE coupon_id = $1 AND leased_until > clock_timestamp()',
          [fanOut.couponId],
        );
        expect(leased.length).toBeGreaterThan(0);
      });
      await auto.grant(other);
      await auto.eventuallyIs(other, 'done');
      expect(await auto.redemptions(fanOut)).toBe(0);
    } finally {
      await client.query('COMMIT');
      client.release();
    }
    await eventuallyAllRedeemed(fanOut, 600);
  });

  it('of attempts that a channel held back drains, each once, while people redeem other coupons', async () => {
    const held = await auto.coupon({ channelStatus: 'draft' });
    const other = await auto.world.coupon({ type: 'click' });
    const userIds = await auto.world.followersOf(other, 40);
    await auto.grantMany(held, 400);
    auto.nudge();
    await eventually(async () => {
      const blocked = await auto.rows(`SELECT FROM auto_attempt WHERE coupon_id = $1 AND state = 'blocked'`, [
        held.couponId,
      ]);
      expect(blocked).toHaveLength(400);
    });
    const most = mostAtOnce();
    const { channelId, partnerId } = held;
    const active = aChannelSnapshot({ channelId, partnerId: partnerId ?? newId() });
    await auto.world.namespace.produce('catalog.channel.v1', channelSnapshotFact(auto.tenantId, active));
    const replies = [];
    for (const userId of userIds)
      replies.push(await auto.world.redeem(auto.replica, { couponId: other.couponId, userId }));
    expect(tally(replies)).toEqual({ 201: 40 });
    await eventuallyAllRedeemed(held, 400);
    // Of a quarter of the waiting room one coupon gets half.
    expect(most()).toBe(6);
  });
});

describe('attempts of many coupons', () => {
  it('leave their connections to the lanes, the relay and the consumers', async () => {
    const coupons = await Promise.all(Array.from({ length: 12 }, () => auto.coupon()));
    const most = mostReadsAtOnce();
    await Promise.all(coupons.map((coupon) => auto.grantMany(coupon, 2)));
    auto.nudge();
    for (const coupon of coupons) await eventuallyAllRedeemed(coupon, 2);
    expect(most()).toBeLessThanOrEqual(CONNECTIONS - 2 * LANES - OTHER_CONNECTIONS);
  });
});

describe('an attempt that got no answer', () => {
  /** What the door says to attempts on this coupon; undefined = what it says anyway. */
  function whenAsked(
    { couponId }: CouponSnapshot,
    say: (times: number) => Promise<RedeemAnswer> | undefined,
  ): void {
    const door = auto.replica.app.get(SubmitRedemption);
    const run = door.run.bind(door);
    let times = 0;
    jest.spyOn(door, 'run').mockImplementation((request: RedemptionRequest) => {
      if (request.couponId !== couponId) return run(request);
      times += 1;
      return say(times) ?? run(request);
    });
  }
  const triesOf = async ({ couponId }: CouponSnapshot): Promise<number> => {
    const [row] = await auto.rows<{ tries: number }>('SELECT tries FROM auto_attempt WHERE coupon_id = $1', [
      couponId,
    ]);
    return row?.tries ?? NaN;
  };

  it('as too much was going on comes again, and is not counted', async () => {
    const coupon = await auto.coupon();
    let triesBefore = NaN;
    whenAsked(coupon, (times) => {
      if (times > 3) return undefined;
      return triesOf(coupon).then((tries) => {
        triesBefore = tries;
        return { kind: 'busy', reason: 'full' };
      });
    });
    await auto.grant(coupon);
    await auto.eventuallyIs(coupon, 'done');
    expect(triesBefore).toBe(1);
  });

  it('as it fails by itself is put aside after ten times, and redeemed once that is mended', async () => {
    const coupon = await auto.coupon();
    let isMended = false;
    whenAsked(coupon, () => (isMended ? undefined : Promise.reject(new RangeError('a bug'))));
    await auto.grant(coupon);
    await eventually(async () => expect(await triesOf(coupon)).toBeGreaterThan(0));
    await auto.rows('UPDATE auto_attempt SET tries = 9, due_at = octopus_now() WHERE coupon_id = $1', [
      coupon.couponId,
    ]);
    await auto.eventuallyIs(coupon, 'blocked', 'error');
    isMended = true;
    try {
      await auto.world.database.shiftClock(11 * 60_000);
      await auto.eventuallyIs(coupon, 'done');
    } finally {
      await auto.world.database.shiftClock(0);
    }
    expect(await auto.redemptions(coupon)).toBe(1);
  });
});
