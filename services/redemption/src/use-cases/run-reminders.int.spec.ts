import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { couponFact, eventually, failpointsEnv, newId, serviceProcess } from '#testkit';
import { before, ReminderWorld, tenToday, tomorrowNight } from '../../test/reminder-world.js';
import { ForgetReminders } from './forget-reminders.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('reminders', () => {
  let reminders: ReminderWorld;
  beforeAll(async () => {
    reminders = await ReminderWorld.start(2);
  });
  afterAll(() => reminders?.stop());

  it('go to holders who can still redeem, as facts with the own expiry and zone', async () => {
    const coupon = await reminders.coupon();
    const [holder, used, gone] = [
      await reminders.holder(coupon),
      await reminders.holder(coupon),
      await reminders.holder(coupon, before(5 * DAY), true),
    ];
    await reminders.use(coupon, used, 1);
    expect(await reminders.remind(coupon)).toEqual([holder]);
    await eventually(() => expect(reminders.told(coupon)).toHaveLength(1));
    const validUntil = tomorrowNight.toISOString();
    expect(reminders.told(coupon)).toMatchObject([{ userId: holder, validUntil, timeZone: 'UTC' }]);
    expect(gone).not.toBe(holder);
  });

  it('count a use that was given back, and a grant that lives again with its old instant', async () => {
    const coupon = await reminders.coupon();
    const voided = await reminders.holder(coupon);
    await reminders.use(coupon, voided, 0);
    const revived = await reminders.holder(coupon, before(5 * DAY), true);
    await reminders.world.rows('UPDATE user_grant SET revoked = false WHERE user_id = $1', [revived]);
    expect(await reminders.remind(coupon)).toEqual([voided, revived].sort());
  });

  it('count a cooldown that ends before the expiry, and none that ends after it', async () => {
    const terms = { timeLimit: { amount: 6, unit: 'days' } } as const;
    const coupon = await reminders.coupon({ terms, perUser: 5 });
    const [soon, late] = [await reminders.holder(coupon), await reminders.holder(coupon)];
    await reminders.use(coupon, soon, 1, new Date(tomorrowNight.getTime() - 6 * DAY - HOUR));
    await reminders.use(coupon, late, 1, new Date(tomorrowNight.getTime() - 6 * DAY + HOUR));
    expect(await reminders.remind(coupon)).toEqual([soon]);
  });

  it('leave out who is short of points', async () => {
    const pointNameId = newId();
    const coupon = await reminders.coupon({ terms: { price: { pointNameId, amount: '10' } } });
    const [rich, poor] = [await reminders.holder(coupon), await reminders.holder(coupon)];
    for (const [userId, balance] of [
      [rich, 10],
      [poor, 9],
    ] as const)
      await reminders.world.rows(
        `INSERT INTO point_balance (tenant_id, user_id, point_name_id, balance, revision) VALUES ($1, $2, $3, $4, 1)`,
        [reminders.tenantId, userId, pointNameId, balance],
      );
    expect(await reminders.remind(coupon)).toEqual([rich]);
  });

  it("go by the user's zone, else by the channel's, and not to who has left", async () => {
    const coupon = await reminders.coupon();
    const [here, elsewhere, left, unsaid] = [
      await reminders.holder(coupon),
      await reminders.holder(coupon),
      await reminders.holder(coupon),
      await reminders.holder(coupon),
    ];
    await reminders.lives(here, { timeZone: 'Etc/UTC' });
    await reminders.lives(elsewhere, { timeZone: 'Asia/Tokyo' });
    await reminders.lives(left, { timeZone: 'UTC', removed: true });
    await reminders.lives(unsaid, { timeZone: null });
    expect(await reminders.remind(coupon)).toEqual([here, unsaid].sort());
    // In Tokyo the expiry lies on the next day: its hour comes fifteen hours later.
    expect(await reminders.remind(coupon, new Date(tenToday.getTime() + 15 * HOUR))).toContain(elsewhere);
  });

  it("are of the day on which the own grant runs out, at most on the coupon's end", async () => {
    const terms = { validity: { amount: 4, unit: 'days' } } as const;
    const coupon = await reminders.coupon({ terms });
    const midnight = tenToday.getTime() + 14 * HOUR;
    const granted = (expiry: number) => reminders.holder(coupon, new Date(expiry - 4 * DAY).toISOString());
    const first = await granted(midnight);
    const last = await granted(midnight + DAY - 1);
    await granted(midnight - 1);
    const cut = await granted(midnight + 2 * DAY);
    expect(await reminders.remind(coupon)).toEqual([first, last, cut].sort());
  });

  it('are none for a grant that came after the hour, nor for one of a coupon that cannot be redeemed', async () => {
    const coupon = await reminders.coupon();
    await reminders.holder(coupon, new Date(tenToday.getTime() + 1).toISOString());
    expect(await reminders.remind(coupon)).toEqual([]);
    const disabled = await reminders.coupon({ status: 'disabled' });
    await reminders.holder(disabled);
    expect(await reminders.remind(disabled)).toEqual([]);
    const silent = await reminders.coupon({ messages: { redeemed: 'Enjoy!', reminder: null } });
    await reminders.holder(silent);
    expect(await reminders.remind(silent)).toEqual([]);
  });

  it('are sent once, however often the hour is told, also long after it was gone through', async () => {
    const coupon = await reminders.coupon();
    await reminders.holders(coupon, 2_500);
    await Promise.all([1, 2, 3].map(() => reminders.announce(coupon)));
    await eventually(async () => expect(await reminders.reminded(coupon)).toHaveLength(2_500));
    await reminders.remind(coupon);
    await reminders.world.rows(
      `INSERT INTO reminder_run (tenant_id, coupon_id, due_at, coupon_version) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING`,
      [reminders.tenantId, coupon.couponId, tenToday, coupon.version],
    );
    reminders.nudge();
    await reminders.through(coupon);
    await eventually(() => expect(reminders.told(coupon).length).toBeGreaterThanOrEqual(2_500));
    expect(new Set(reminders.told(coupon).map(({ userId }) => userId)).size).toBe(2_500);
    expect(reminders.told(coupon)).toHaveLength(2_500);
  });

  it('follow an end that is moved, and are not repeated', async () => {
    const coupon = await reminders.coupon();
    const reminded = await reminders.holder(coupon);
    expect(await reminders.remind(coupon)).toEqual([reminded]);
    const later = await reminders.holder(coupon);
    // The old hour, told once more, means nobody: the expiry lies a day further on.
    const moved = await reminders.edit(coupon, new Date(tomorrowNight.getTime() + DAY), before(HOUR));
    expect(await reminders.remind(moved)).toEqual([reminded]);
    const newHour = new Date(tenToday.getTime() + DAY);
    expect(await reminders.remind(moved, newHour)).toEqual([reminded, later].sort());
    await eventually(() => expect(reminders.told(coupon)).toHaveLength(2));
  });

  it('are none where the end was moved so near that less time is left', async () => {
    const coupon = await reminders.coupon({
      schedule: { endAt: new Date(tomorrowNight.getTime() + 9 * DAY).toISOString() },
    });
    await reminders.holder(coupon);
    const moved = await reminders.edit(coupon, tomorrowNight, new Date(tenToday.getTime() + 1).toISOString());
    expect(await reminders.remind(moved)).toEqual([]);
  });

  it('wait until the version is known that they were planned from', async () => {
    const coupon = await reminders.coupon({
      schedule: { endAt: new Date(tomorrowNight.getTime() + 9 * DAY).toISOString() },
    });
    const holder = await reminders.holder(coupon);
    await reminders.announce(coupon, tenToday, coupon.version + 1);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await reminders.reminded(coupon)).toEqual([]);
    await reminders.edit(coupon, tomorrowNight, before(DAY));
    await eventually(async () => expect(await reminders.reminded(coupon)).toEqual([holder]));
  });

  it('are told of once their coupon is, also where a build without reminders took that version over', async () => {
    const coupon = await reminders.coupon();
    const holder = await reminders.holder(coupon);
    await reminders.world.rows('DELETE FROM coupon_reminder WHERE coupon_id = $1', [coupon.couponId]);
    await reminders.announce(coupon);
    await eventually(async () => {
      const rows = await reminders.world.rows(
        'SELECT FROM reminder_run WHERE coupon_id = $1 AND leased_by IS NULL AND leased_until > clock_timestamp()',
        [coupon.couponId],
      );
      expect(rows).toHaveLength(1);
    });
    await reminders.world.namespace.produce('catalog.coupon.v1', couponFact(reminders.tenantId, coupon));
    await eventually(async () => expect(await reminders.reminded(coupon)).toEqual([holder]));
  });

  it('are waited for until all has expired that they could be of', async () => {
    const [live, over] = [newId(), newId()];
    for (const [couponId, daysAgo] of [
      [live, 32],
      [over, 34],
    ] as const)
      await reminders.world.rows(
        `INSERT INTO reminder_run (tenant_id, coupon_id, due_at, coupon_version) VALUES ($1, $2, $3, 1)`,
        [reminders.tenantId, couponId, before(daysAgo * DAY)],
      );
    reminders.nudge();
    const waiting = () =>
      reminders.world.rows<{ coupon_id: string; seconds: number }>(
        `SELECT coupon_id, extract(epoch FROM leased_until - clock_timestamp())::float8 AS seconds FROM reminder_run
          WHERE coupon_id IN ($1, $2) AND leased_by IS NULL AND leased_until > clock_timestamp()`,
        [live, over],
      );
    await eventually(async () => expect(await waiting()).toMatchObject([{ coupon_id: live }]));
    const [{ seconds } = { seconds: 0 }] = await waiting();
    expect(seconds).toBeGreaterThan(30);
    await reminders.world.rows('DELETE FROM reminder_run WHERE coupon_id = $1', [live]);
  });

  it('are forgotten 35 days after their coupon has finished, and no sooner', async () => {
    const [over, recent, live] = await Promise.all([1, 2, 3].map(() => reminders.coupon()));
    if (over === undefined || recent === undefined || live === undefined) throw new Error('three coupons');
    for (const coupon of [over, recent, live]) {
      await reminders.holder(coupon);
      expect(await reminders.remind(coupon)).toHaveLength(1);
    }
    for (const [{ couponId }, days] of [
      [over, 36],
      [recent, 34],
    ] as const)
      await reminders.world.rows(
        `UPDATE coupon SET status = 'finished', taken_over_at = octopus_now() - make_interval(days => $2)
          WHERE coupon_id = $1`,
        [couponId, days],
      );
    await reminders.world.rows(`UPDATE tenant_job SET leased_until = '-infinity'`);
    await reminders.replica.app.get(ForgetReminders).run(() => true);
    expect(await reminders.reminded(over)).toEqual([]);
    for (const coupon of [recent, live]) expect(await reminders.reminded(coupon)).toHaveLength(1);
  });

  it('of a coupon without grants go to those who follow, or to everybody', async () => {
    const coupon = await reminders.coupon({ availability: 'rule' });
    const followers = await reminders.world.followersOf(coupon, 3);
    const [first, used, late] = followers;
    await reminders.world.rows(`UPDATE follow SET changed_at = $1 WHERE channel_id = $2`, [
      before(DAY),
      coupon.channelId,
    ]);
    await reminders.use(coupon, used ?? '', 1);
    await reminders.world.rows(`UPDATE follow SET changed_at = now() WHERE user_id = $1`, [late]);
    expect(await reminders.remind(coupon)).toEqual([first]);

    const everyone = await reminders.coupon({ availability: 'rule', audience: 'everyone' });
    const known = await reminders.world.rows<{ user_id: string }>(
      `SELECT user_id FROM app_user WHERE coalesce(time_zone, 'UTC') LIKE '%UTC' AND NOT removed ORDER BY user_id`,
    );
    expect(known.length).toBeGreaterThan(0);
    expect(await reminders.remind(everyone)).toEqual(known.map(({ user_id }) => user_id));
  });
});

/** A process of its own, from `dist`: it is killed at a point. */
describe('a process that is killed', () => {
  let reminders: ReminderWorld;
  beforeAll(async () => {
    reminders = await ReminderWorld.start(0);
  });
  afterAll(() => reminders?.stop());

  it('within a cohort is followed by another; everybody is reminded once', async () => {
    const { world } = reminders;
    const doomed = await serviceProcess('redemption', {
      ...world.serviceEnv,
      ...failpointsEnv({ 'redemption.reminders-written': 'exit' }),
    });
    try {
      const coupon = await reminders.coupon();
      await reminders.holders(coupon, 1_500);
      await reminders.announce(coupon);
      expect(await doomed.kill('SIGCONT')).toBe('signal SIGKILL');
      expect(await reminders.reminded(coupon)).toEqual([]);
      expect(
        await world.rows('SELECT FROM reminder_run WHERE coupon_id = $1', [coupon.couponId]),
      ).toHaveLength(1);
      // Its lease runs out.
      await world.rows(`UPDATE reminder_run SET leased_until = '-infinity'`);
      await world.replica();
      await eventually(async () => expect(await reminders.reminded(coupon)).toHaveLength(1_500));
      await eventually(() => expect(reminders.told(coupon).length).toBeGreaterThanOrEqual(1_500));
      expect(reminders.told(coupon)).toHaveLength(1_500);
    } finally {
      await doomed.stop();
    }
  });
});
