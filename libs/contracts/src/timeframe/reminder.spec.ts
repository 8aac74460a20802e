import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ZoneClock } from '../../test/zone-clock.js';
import { expiriesRemindedAt, nextReminderHour, reminderAt } from './reminder.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
// Users may name a fixed offset, too; the runtime's list has none.
const zones = [...Intl.supportedValuesOf('timeZone'), 'Etc/GMT+12', 'Etc/GMT+1', 'Etc/GMT-14'];
const span = { from: Date.UTC(2010, 0, 1), to: Date.UTC(2041, 0, 1) };
const clocks = new Map<string, ZoneClock>();

const zone = fc.constantFrom(...zones);
const daysBefore = fc.integer({ min: 1, max: 30 });
const moment = fc.integer({ min: Date.UTC(2010, 6, 1) / MINUTE, max: Date.UTC(2040, 6, 1) / MINUTE });
const seeded = { seed: 14, numRuns: 1500 };

const at = (instant: string) => Date.parse(instant);
const told = (instant: number) => new Date(instant).toISOString();

describe('A reminder', () => {
  it.each([
    ['an ordinary day', '2027-06-10T21:59:59.999Z', 3, 'Europe/Zagreb', '2027-06-07T08:00:00.000Z'],
    ['the next local day', '2027-06-10T22:00:00.000Z', 3, 'Europe/Zagreb', '2027-06-08T08:00:00.000Z'],
    ['clocks go on between', '2027-03-29T12:00:00.000Z', 2, 'Europe/Zagreb', '2027-03-27T09:00:00.000Z'],
    ['clocks go back between', '2027-10-31T12:00:00.000Z', 1, 'Europe/Zagreb', '2027-10-30T08:00:00.000Z'],
    ['far east', '2027-06-10T10:30:00.000Z', 1, 'Pacific/Kiritimati', '2027-06-09T20:00:00.000Z'],
    ['far west', '2027-06-10T10:30:00.000Z', 1, 'Pacific/Niue', '2027-06-08T21:00:00.000Z'],
    [
      'a skipped day: just after it',
      '2011-12-31T12:00:00.000Z',
      2,
      'Pacific/Apia',
      '2011-12-30T10:00:00.000Z',
    ],
    ['across a skipped day', '2011-12-31T12:00:00.000Z', 3, 'Pacific/Apia', '2011-12-29T20:00:00.000Z'],
    ['29 February', '2028-03-01T12:00:00.000Z', 1, 'UTC', '2028-02-29T10:00:00.000Z'],
  ])('%s', (_what, expiry, days, timeZone, expected) => {
    expect(told(reminderAt(at(expiry), days, timeZone))).toBe(expected);
  });

  it('comes at 10:00 on the day so many calendar days before, as Intl reckons, in every zone', () => {
    fc.assert(
      fc.property(zone, moment, daysBefore, (timeZone, minute, days) => {
        const clock = clockOf(timeZone);
        const day = Math.floor(clock.localAt(minute * MINUTE) / DAY) * DAY - days * DAY;
        const ten = day + 10 * HOUR;
        const expected = clock.instantsOf(ten).at(0) ?? clock.afterGap(ten);
        expect(told(reminderAt(minute * MINUTE, days, timeZone))).toBe(told(expected));
      }),
      seeded,
    );
  });

  it('and the expiries of which it tells are exactly those that ask for it', () => {
    fc.assert(
      fc.property(
        zone,
        moment,
        daysBefore,
        fc.integer({ min: -2 * DAY, max: 2 * DAY }),
        (timeZone, minute, days, off) => {
          const expiry = minute * MINUTE;
          const due = reminderAt(expiry, days, timeZone);
          const reminded = expiriesRemindedAt(due, days, timeZone);
          const [from, until] = [reminded?.from ?? NaN, reminded?.until ?? NaN];
          expect(from <= expiry && expiry < until).toBe(true);
          const other = expiry + off;
          expect(reminderAt(other, days, timeZone) === due).toBe(from <= other && other < until);
          for (const edge of [from, until - 1]) expect(reminderAt(edge, days, timeZone)).toBe(due);
          for (const edge of [from - 1, until]) expect(reminderAt(edge, days, timeZone)).not.toBe(due);
          expect(expiriesRemindedAt(due + 1, days, timeZone)).toBeUndefined();
        },
      ),
      seeded,
    );
  });
});

describe('The hours of reminding', () => {
  it("come in order and leave no zone out: each zone has its ten o'clock of every day among them", () => {
    fc.assert(
      fc.property(moment, (minute) => {
        const from = minute * MINUTE;
        const seen = new Map<string, number[]>();
        let latest = from;
        while (latest < from + 3 * DAY) {
          const { at: next, timeZones } = nextReminderHour(latest);
          expect(next).toBeGreaterThan(latest);
          for (const one of timeZones) seen.set(one, [...(seen.get(one) ?? []), next]);
          latest = next;
        }
        for (const one of zones) {
          const expected = tensOf(clockOf(one), from, from + 3 * DAY);
          expect({ one, tens: seen.get(one)?.filter((ten) => ten < from + 3 * DAY) }).toEqual({
            one,
            tens: expected,
          });
        }
      }),
      { seed: 10, numRuns: 12 },
    );
  });

  it('are some forty a day', () => {
    let [count, latest] = [0, at('2027-06-01T00:00:00Z')];
    while ((latest = nextReminderHour(latest).at) < at('2027-06-02T00:00:00Z')) count += 1;
    expect(count).toBeGreaterThan(30);
    expect(count).toBeLessThan(50);
  });

  it('hold the one that a skipped day moves on', () => {
    const moved = at('2011-12-30T10:00:00Z');
    expect(nextReminderHour(moved - 1)).toMatchObject({ at: moved });
    expect(nextReminderHour(moved - 1).timeZones).toContain('Pacific/Apia');
  });
});

/** Every ten o'clock in `(from, to)`. */
function tensOf(clock: ZoneClock, from: number, to: number): number[] {
  const first = Math.floor(from / DAY) * DAY - 2 * DAY;
  const tens = Array.from({ length: 9 }, (_, day) => first + day * DAY + 10 * HOUR);
  const instants = tens.map((ten) => clock.instantsOf(ten).at(0) ?? clock.afterGap(ten));
  return instants.filter((ten) => ten > from && ten < to);
}

function clockOf(timeZone: string): ZoneClock {
  const known = clocks.get(timeZone) ?? new ZoneClock(timeZone, span);
  clocks.set(timeZone, known);
  return known;
}
