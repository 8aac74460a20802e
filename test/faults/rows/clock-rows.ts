import { setTimeout as sleep } from 'node:timers/promises';
import type { CouponSnapshot, Recurrence } from '#contracts';
import type { Trial } from '../arena.js';
import { isAccepted } from '../history.js';
import { ProvesNothing } from '../proves-nothing.js';
import type { Row } from '../row.js';

const [SECOND, MINUTE, DAY] = [1_000, 60_000, 86_400_000];

/** When the window of a coupon opens and closes, reckoned by hand. */
interface Window {
  readonly opensAt: string;
  readonly closesAt: string;
  readonly timeZone: string;
  readonly recurrence: Recurrence;
}

const daily = (opensAt: string, closesAt: string): Recurrence => ({ kind: 'daily', opensAt, closesAt });

function window(timeZone: string, rule: [string, string], [opensAt, closesAt]: [string, string]): Window {
  return { timeZone, recurrence: daily(...rule), opensAt, closesAt };
}

/** A time in which the database's clock was ahead of the clients' by so much. Milliseconds. */
interface Passage {
  readonly since: number;
  readonly until: number;
  readonly aheadMs: number;
}

/**
 * The clock of the database goes over the edges of windows under load; redemption's own clocks are wrong by five minutes
 * in the second process, ahead or behind as the seed has it.
 */
export const clockRows: readonly Row[] = [
  row(
    'clock-of-one-replica',
    ['2027-06-15T12:00:00Z'],
    [
      window('UTC', ['12:00', '14:00'], ['2027-06-15T12:00:00Z', '2027-06-15T14:00:00Z']),
      window('UTC', ['10:00', '12:00'], ['2027-06-15T10:00:00Z', '2027-06-15T12:00:00Z']),
    ],
  ),
  // In Zagreb 02:00 is 03:00 on 28 March 2027: both edges at 02:30 are the first instant after the gap.
  row(
    'clock-in-a-gap',
    ['2027-03-28T01:00:00Z'],
    [
      window('Europe/Zagreb', ['02:30', '05:00'], ['2027-03-28T01:00:00Z', '2027-03-28T03:00:00Z']),
      window('Europe/Zagreb', ['00:30', '02:30'], ['2027-03-27T23:30:00Z', '2027-03-28T01:00:00Z']),
    ],
  ),
  // And 03:00 is 02:00 on 31 October: a window opens at the first 02:30 and closes at the second.
  row(
    'clock-in-a-fold',
    ['2027-10-31T00:30:00Z', '2027-10-31T01:30:00Z'],
    [
      window('Europe/Zagreb', ['02:30', '05:00'], ['2027-10-31T00:30:00Z', '2027-10-31T04:00:00Z']),
      window('Europe/Zagreb', ['00:30', '02:30'], ['2027-10-30T22:30:00Z', '2027-10-31T01:30:00Z']),
    ],
  ),
  // Three times over the same edge.
  row(
    'clock-steps-back',
    ['2027-06-15T12:00:00Z', '2027-06-15T12:00:00Z', '2027-06-15T12:00:00Z'],
    [
      window('UTC', ['12:00', '14:00'], ['2027-06-15T12:00:00Z', '2027-06-15T14:00:00Z']),
      window('UTC', ['10:00', '12:00'], ['2027-06-15T10:00:00Z', '2027-06-15T12:00:00Z']),
    ],
  ),
];

/** Goes over each of the edges in turn: a second and a half from before it to after it. */
function row(id: string, edges: readonly string[], windows: readonly Window[]): Row {
  return {
    id,
    clockWasMoved: true,
    run: async (trial) => {
      const aheadMs = (trial.random.chance(0.5) ? 5 : -5) * MINUTE;
      trial.note(`the second process' clock is wrong by ${aheadMs / MINUTE} minutes`);
      await trial.arena.processes.have(2, [{}, clockWrongBy(aheadMs)]);
      const users = await trial.followers(30);
      const coupons = await Promise.all(windows.map((one) => openIn(trial, one)));
      for (const edge of edges) {
        const passage = await goOver(trial, users, coupons, Date.parse(edge));
        for (const [n, coupon] of coupons.entries())
          nobodyShutOut(trial, coupon, windows[n] as Window, passage);
      }
      for (const [n, coupon] of coupons.entries()) nothingOutside(trial, coupon, windows[n] as Window);
      for (const { couponId } of coupons) sawBothSides(trial, couponId);
    },
  };
}

function clockWrongBy(aheadMs: number): Record<string, string> {
  const preload = new URL('../skewed-clock.mjs', import.meta.url).href;
  return { NODE_OPTIONS: `--import=${preload}`, FAULT_CLOCK_AHEAD_MS: String(aheadMs) };
}

/** Over by the day after, so that nothing is accepted once the clock is set right again. */
function openIn(trial: Trial, { timeZone, recurrence, opensAt }: Window): Promise<CouponSnapshot> {
  const from = Date.parse(opensAt);
  const [startAt, endAt] = [from - DAY / 2, from + DAY / 2].map((at) => new Date(at).toISOString());
  const schedule = { startAt: startAt ?? null, endAt: endAt ?? null, timeZone, recurrence };
  return trial.coupon({ maxRedemptionsPerUser: 8 }, { schedule });
}

async function goOver(
  trial: Trial,
  users: readonly string[],
  coupons: readonly CouponSnapshot[],
  edge: number,
): Promise<Passage> {
  const begin = edge - 1.5 * SECOND;
  trial.note(`the database's clock is set to ${new Date(begin).toISOString()}`);
  const aheadMs = Math.round(begin - Date.now());
  await trial.arena.database.shiftClock(aheadMs);
  const since = Date.now();
  const end = since + 3 * SECOND;
  while (Date.now() < end) {
    await trial.clients.load(trial.intents(16, users, coupons), { width: 8 });
    await sleep(trial.random.between(20, 200));
  }
  return { since, until: Date.now(), aheadMs };
}

/** The clients' clock is the server's, but for what the database's was moved by. */
function nobodyShutOut(
  trial: Trial,
  { couponId }: CouponSnapshot,
  { opensAt, closesAt }: Window,
  { since, until, aheadMs }: Passage,
): void {
  const [opened, closed] = [Date.parse(opensAt) - aheadMs, Date.parse(closesAt) - aheadMs];
  trial.claims.push(({ calls }) =>
    calls
      .filter((call) => call.couponId === couponId && call.code === 'coupon_window_closed')
      .filter(({ sent, answered }) => sent >= since && answered <= until)
      .filter(({ sent, answered }) => sent >= opened && answered < closed)
      .map((refused) => ({
        what: `refused ${refused.sent - opened} ms after the window had opened, which closed at ${closesAt}`,
        concerns: (call) => call === refused,
      })),
  );
}

/** By the instants at which they were decided. */
function nothingOutside(trial: Trial, { couponId }: CouponSnapshot, { opensAt, closesAt }: Window): void {
  const [from, until] = [Date.parse(opensAt), Date.parse(closesAt)];
  trial.claims.push(({ redemptions }) =>
    redemptions
      .filter((one) => one.couponId === couponId && (one.at < from || one.at >= until))
      .map(({ redemptionId, at }) => ({
        what: `redemption ${redemptionId} was decided at ${new Date(at).toISOString()}, outside of ${opensAt} to ${closesAt}`,
        concerns: (call) => call.redemptionId === redemptionId,
      })),
  );
}

function sawBothSides(trial: Trial, couponId: string): void {
  const calls = trial.arena.history.calls.filter((call) => call.couponId === couponId);
  const closed = calls.some(({ code }) => code === 'coupon_window_closed');
  if (!closed || !calls.some(isAccepted))
    throw new ProvesNothing('the load came on one side of an edge only');
}
