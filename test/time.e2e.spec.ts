import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChannelMessage, type CouponView, problem, type WalletPage } from '#contracts';
import { channelFact, eventually, followFact } from '#testkit';
import { type Cafe, type Guest, openCafe } from './system/cafe.js';
import { call } from './system/http-client.js';
import { startWholeSystem, type WholeSystem } from './system/whole-system.js';

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];
const SOON = { timeoutMs: 30_000 };

let system: WholeSystem;
/** What the databases' clocks were set to last; they go on from there. */
let now = Math.ceil(Date.now() / MINUTE) * MINUTE;
beforeAll(async () => {
  system = await startWholeSystem();
}, 120_000);
afterAll(() => system?.stop(), 60_000);

async function setClocks(at: number): Promise<void> {
  const databases = Object.values(system.databases);
  now = at;
  await Promise.all(databases.map((database) => database.shiftClock(at - Date.now())));
}

const iso = (at: number) => new Date(at).toISOString();

/** As a clock in Tokyo shows it, which is never changed. */
const inTokyo = (at: number) => iso(at + 9 * HOUR).slice(11, 16);
const daily = (from: number, until: number) =>
  ({ kind: 'daily', opensAt: inTokyo(from), closesAt: inTokyo(until) }) as const;

/** `accepted`, or the code of the refusal with the instant at which it passes. */
async function redeeming(cafe: Cafe, { couponId }: CouponView, guest: Guest): Promise<string> {
  const { status, body } = await cafe.redeem(couponId, guest);
  if (status === 201) return 'accepted';
  const { code, retryAt } = problem.parse(body);
  return retryAt === undefined ? code : `${code} ${retryAt}`;
}

async function listed(cafe: Cafe, { token }: Guest): Promise<string[]> {
  const url = `${system.url}/redemption/v1/wallet/coupons?channelId=${cafe.channel.channelId}`;
  return (await call<WalletPage>('GET', url, { token })).body.items.map(({ couponId }) => couponId);
}

async function dueFacts({ couponId }: CouponView): Promise<string[]> {
  const records = await system.namespace.collect('scheduler.due.v1');
  const told = records.map(({ data, envelope }) => ({
    name: envelope?.type.split('.').at(-2),
    ...(data as { couponId: string; dueAt: string }),
  }));
  return told.filter((one) => one.couponId === couponId).map(({ name, dueAt }) => `${name} ${dueAt}`);
}

describe('without any scheduler', () => {
  let cafe: Cafe;
  let coupon: CouponView;
  let guest: Guest;
  const [startAt, opensAt, closesAt] = [now + HOUR, now + 2 * HOUR, now + 4 * HOUR];
  /** In the middle of the second window. */
  const endAt = opensAt + DAY + HOUR;
  beforeAll(async () => {
    cafe = await openCafe(system, { followers: 1, timeZone: 'Asia/Tokyo' });
    [guest] = cafe.followers as [Guest];
    for (const scheduler of system.processes.scheduler) await scheduler.stop();
    const recurrence = daily(opensAt, closesAt);
    coupon = await cafe.publish({ startAt: iso(startAt), endAt: iso(endAt), recurrence });
  }, 60_000);

  it.each([
    ['before its start', () => now, `coupon_not_started ${iso(opensAt)}`],
    ['started, before its window', () => opensAt - SECOND * 20, `coupon_window_closed ${iso(opensAt)}`],
    ['in its window', () => opensAt, 'accepted'],
    ['at the end of its window', () => closesAt - SECOND * 20, 'accepted'],
    ['after its window', () => closesAt, `coupon_window_closed ${iso(opensAt + DAY)}`],
    ['in its next window', () => opensAt + DAY, 'accepted'],
    ['after its end, in the middle of a window', () => endAt, 'coupon_ended'],
  ])('a coupon, %s', async (_, at, answer) => {
    await setClocks(at());
    expect(await redeeming(cafe, coupon, guest)).toBe(answer);
    expect(await listed(cafe, guest)).toEqual(answer === 'accepted' ? [coupon.couponId] : []);
  });

  it('nothing was due; one that comes at last tells start and end, and no window that is over', async () => {
    expect(await dueFacts(coupon)).toEqual([]);
    expect((await cafe.readCoupon(coupon.couponId)).status).not.toBe('finished');
    await system.start('scheduler');
    await eventually(
      async () =>
        expect(await cafe.readCoupon(coupon.couponId)).toMatchObject({
          status: 'finished',
          finishedReason: 'end_date',
        }),
      SOON,
    );
    await eventually(async () =>
      expect(await dueFacts(coupon)).toEqual([
        `coupon-start-due ${iso(startAt)}`,
        `coupon-end-due ${iso(endAt)}`,
      ]),
    );
  }, 60_000);
});

describe('a channel that moves to another zone', () => {
  it('has the windows of its coupons move along, at the edge and in what is announced', async () => {
    const cafe = await openCafe(system, { followers: 1, timeZone: 'Asia/Tokyo' });
    const [guest] = cafe.followers as [Guest];
    const opensAt = Math.ceil(now / MINUTE) * MINUTE + HOUR;
    const coupon = await cafe.publish({ recurrence: daily(opensAt, opensAt + HOUR) });
    await setClocks(opensAt + MINUTE);
    expect(await redeeming(cafe, coupon, guest)).toBe('accepted');
    await eventually(async () => expect(await dueFacts(coupon)).toEqual([`window-opened ${iso(opensAt)}`]));
    // In Kathmandu it is 3 hours and a quarter earlier.
    const moved = opensAt + 3.25 * HOUR;
    const fact = channelFact(cafe.tenantId, { ...cafe.channel, timeZone: 'Asia/Kathmandu' }, 2);
    await system.namespace.produce('platform.channel.v1', fact);
    await eventually(
      async () => expect(await redeeming(cafe, coupon, guest)).toBe(`coupon_window_closed ${iso(moved)}`),
      SOON,
    );
    expect(await cafe.readCoupon(coupon.couponId)).toMatchObject({
      timeZone: 'Asia/Kathmandu',
      version: coupon.version + 1,
    });
    await setClocks(moved);
    expect(await redeeming(cafe, coupon, guest)).toBe('accepted');
    await eventually(
      async () => expect((await dueFacts(coupon)).at(-1)).toBe(`window-opened ${iso(moved)}`),
      SOON,
    );
  }, 90_000);
});

describe('a reminder', () => {
  it("is in the inbox at ten in the user's zone, else in the channel's, once, and only of who can redeem", async () => {
    const zones = ['Asia/Tokyo', null, 'Asia/Tokyo', 'Asia/Tokyo'];
    const cafe = await openCafe(system, { followers: 4, timeZone: 'America/Bogota', zones });
    const [tokyo, unsaid, used, left] = cafe.followers as [Guest, Guest, Guest, Guest];
    // It ends at noon in UTC, on the same day in both zones. The day before, it is ten at 01:00 in Tokyo, at 15:00 in Bogota.
    const dayBefore = (Math.floor(now / DAY) + 2) * DAY;
    await setClocks(dayBefore + 30 * MINUTE);
    const coupon = await cafe.publish({
      endAt: iso(dayBefore + DAY + 12 * HOUR),
      maxRedemptionsPerUser: 1,
      reminder: { daysBefore: 1, text: '{{coupon.name}} ends, {{user.name}}.' },
    });
    expect(await redeeming(cafe, coupon, used)).toBe('accepted');
    const { channelId } = cafe.channel;
    const unfollow = { channelId, userId: left.userId, following: false, changedAt: iso(now) };
    await system.namespace.produce('platform.follow.v1', followFact(cafe.tenantId, unfollow, 2));
    await eventually(async () => expect(await redeeming(cafe, coupon, left)).toBe('not_a_follower'));

    const reminders = async (): Promise<string[][]> =>
      Promise.all(
        cafe.followers.map(async ({ token }) => {
          const url = `${system.url}/notification/v1/inbox`;
          const { body } = await call<{ items: ChannelMessage[] }>('GET', url, { token });
          return body.items.map(({ text }) => text).filter((text) => text.includes(' ends, '));
        }),
      );
    expect(await reminders()).toEqual([[], [], [], []]);
    const [toTokyo, toUnsaid] = [tokyo, unsaid].map(({ name }) => [`Free espresso ends, ${name}.`]);
    await setClocks(dayBefore + HOUR);
    await eventually(async () => expect(await reminders()).toEqual([toTokyo, [], [], []]), SOON);
    await setClocks(dayBefore + 15 * HOUR);
    await eventually(async () => expect(await reminders()).toEqual([toTokyo, toUnsaid, [], []]), SOON);
    // All hours have come; whatever there was to be told was told.
    await setClocks(dayBefore + DAY + 11 * HOUR);
    const sql = 'SELECT FROM due WHERE coupon_id = $1 AND kind = $2';
    await eventually(async () => {
      const due = await system.databases.scheduler.ownerPool().query(sql, [coupon.couponId, 'reminder']);
      const runs = await system.databases.redemption.ownerPool().query('SELECT FROM reminder_run');
      expect([due.rowCount, runs.rowCount]).toEqual([0, 0]);
    }, SOON);
    expect(await reminders()).toEqual([toTokyo, toUnsaid, [], []]);
  }, 120_000);
});
