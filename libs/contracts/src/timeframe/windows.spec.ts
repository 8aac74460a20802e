import { describe, expect, it } from '@jest/globals';
import { recurrence, type Timeframe, timeframe } from './recurrence.js';
import { windows } from './windows.js';

describe('Windows at a change of the clock', () => {
  it.each([
    ['02:30', '04:00', '01:00..02:00 opens_after_gap shorter_by_clock_change'],
    ['01:00', '02:30', '00:00..01:00 closes_at_gap shorter_by_clock_change'],
    ['02:00', '03:00', 'none dropped_in_gap'],
    ['02:15', '02:45', 'none dropped_in_gap'],
    ['03:00', '04:00', '01:00..02:00'],
    ['01:00', '04:00', '00:00..02:00 shorter_by_clock_change'],
  ])('Zagreb skips 02:00 to 03:00: %s to %s', (opensAt, closesAt, wanted) => {
    expect(listed(daily('Europe/Zagreb', opensAt, closesAt), '2027-03-27T23:00Z', 1)[0]).toBe(
      `2027-03-28 ${wanted.replace(/(\S+)\.\.(\S+)/, '03-28T$1..03-28T$2')}`,
    );
  });

  it.each([
    ['02:30', '04:00', '10-31T00:30..10-31T03:00 opens_at_first_of_two longer_by_clock_change'],
    ['01:00', '02:30', '10-30T23:00..10-31T01:30 closes_at_second_of_two longer_by_clock_change'],
    [
      '02:15',
      '02:45',
      '10-31T00:15..10-31T01:45 opens_at_first_of_two closes_at_second_of_two longer_by_clock_change',
    ],
    ['03:00', '04:00', '10-31T02:00..10-31T03:00'],
    ['01:00', '04:00', '10-30T23:00..10-31T03:00 longer_by_clock_change'],
  ])('Zagreb has 02:00 to 03:00 twice, and one window: %s to %s', (opensAt, closesAt, wanted) => {
    expect(listed(daily('Europe/Zagreb', opensAt, closesAt), '2027-10-30T22:00Z', 1)).toEqual([
      `2027-10-31 ${wanted}`,
    ]);
  });

  it('Beirut has no midnight on 28 March 2027: the day opens at one', () => {
    expect(listed(daily('Asia/Beirut', '00:00', '00:30'), '2027-03-26T23:00Z', 2)).toEqual([
      '2027-03-28 none dropped_in_gap',
      '2027-03-29 03-28T21:00..03-28T21:30',
      '2027-03-30 03-29T21:00..03-29T21:30',
    ]);
    expect(listed(daily('Asia/Beirut', '00:00', '02:00'), '2027-03-27T12:00Z', 1)).toEqual([
      '2027-03-28 03-27T22:00..03-27T23:00 opens_after_gap shorter_by_clock_change',
    ]);
  });

  it('Beirut has the last hour of 30 October 2027 twice', () => {
    expect(listed(daily('Asia/Beirut', '23:15', '23:45'), '2027-10-30T12:00Z', 1)).toEqual([
      '2027-10-30 10-30T20:15..10-30T21:45 opens_at_first_of_two closes_at_second_of_two longer_by_clock_change',
    ]);
  });

  it('Havana has the first hour of 7 November 2027 twice; who closes at midnight does so when it first comes', () => {
    expect(listed(daily('America/Havana', '00:30', '00:45'), '2027-11-07T00:00Z', 1)).toEqual([
      '2027-11-07 11-07T04:30..11-07T05:45 opens_at_first_of_two closes_at_second_of_two longer_by_clock_change',
    ]);
    expect(listed(daily('America/Havana', '00:00', '00:00'), '2027-11-06T12:00Z', 2)).toEqual([
      '2027-11-06 11-06T04:00..11-07T04:00 closes_at_second_of_two longer_by_clock_change cut_by_next_window',
      '2027-11-07 11-07T04:00..11-08T05:00 opens_at_first_of_two longer_by_clock_change',
    ]);
  });

  it('Lord Howe moves by half an hour', () => {
    expect(listed(daily('Australia/Lord_Howe', '02:15', '03:00'), '2026-10-03T12:00Z', 1)).toEqual([
      '2026-10-04 10-03T15:30..10-03T16:00 opens_after_gap shorter_by_clock_change',
    ]);
    expect(listed(daily('Australia/Lord_Howe', '01:45', '02:00'), '2027-04-03T12:00Z', 1)).toEqual([
      '2027-04-04 04-03T14:45..04-03T15:30 opens_at_first_of_two longer_by_clock_change',
    ]);
  });

  it('Apia skipped 30 December 2011: no window by day, what is left of one by night', () => {
    expect(listed(daily('Pacific/Apia', '09:00', '17:00'), '2011-12-29T12:00Z', 2)).toEqual([
      '2011-12-29 12-29T19:00..12-30T03:00',
      '2011-12-30 none dropped_in_gap',
      '2011-12-31 12-30T19:00..12-31T03:00',
    ]);
    expect(listed(daily('Pacific/Apia', '22:00', '02:00'), '2011-12-29T13:00Z', 3)).toEqual([
      '2011-12-29 12-30T08:00..12-30T10:00 closes_at_gap shorter_by_clock_change',
      '2011-12-30 12-30T10:00..12-30T12:00 opens_after_gap shorter_by_clock_change',
      '2011-12-31 12-31T08:00..12-31T12:00',
    ]);
  });

  it('a night shift loses and wins an hour', () => {
    expect(listed(daily('Europe/Zagreb', '22:00', '06:00'), '2027-03-27T12:00Z', 1)).toEqual([
      '2027-03-27 03-27T21:00..03-28T04:00 shorter_by_clock_change',
    ]);
    expect(listed(daily('Europe/Zagreb', '22:00', '06:00'), '2027-10-30T12:00Z', 1)).toEqual([
      '2027-10-30 10-30T20:00..10-31T05:00 longer_by_clock_change',
    ]);
  });

  it('a window ends no later than the next one starts', () => {
    expect(listed(daily('Europe/Zagreb', '02:40', '02:20'), '2027-10-30T12:00Z', 2)).toEqual([
      '2027-10-30 10-30T00:40..10-31T00:40 closes_at_second_of_two longer_by_clock_change cut_by_next_window',
      '2027-10-31 10-31T00:40..11-01T01:20 opens_at_first_of_two longer_by_clock_change',
    ]);
  });
});

describe('Windows on days that not every month has', () => {
  const times = { opensAt: '10:00', closesAt: '11:00' };
  const feb29 = (missingDay: string) =>
    zoned('UTC', { kind: 'yearly', month: 2, day: 29, missingDay, ...times });
  const end = (missingDay: string) =>
    zoned('UTC', { kind: 'monthly', days: [29, 30, 31], missingDay, ...times });

  it('29 February with SKIP comes in leap years', () => {
    expect(days(feb29('SKIP'), '2096-01-01T00:00Z', 2).filter((day) => !day.endsWith('!'))).toEqual([
      '2096-02-29',
      '2104-02-29',
    ]);
    expect(days(feb29('SKIP'), '2027-01-01T00:00Z', 1)).toEqual(['2027-02-29!', '2028-02-29']);
  });

  it('29 February with LAST_DAY comes every year', () => {
    expect(listed(feb29('LAST_DAY'), '2027-01-01T00:00Z', 2)).toEqual([
      '2027-02-28 02-28T10:00..02-28T11:00 on_last_day_of_month',
      '2028-02-29 02-29T10:00..02-29T11:00',
    ]);
  });

  it('29 to 31 with SKIP come where they exist, else with the reason', () => {
    expect(days(end('SKIP'), '2027-02-01T00:00Z', 5)).toEqual([
      ...['2027-02-29!', '2027-02-30!', '2027-02-31!'],
      ...['2027-03-29', '2027-03-30', '2027-03-31', '2027-04-29', '2027-04-30'],
    ]);
  });

  it('29 to 31 with LAST_DAY are one in February', () => {
    expect(days(end('LAST_DAY'), '2027-02-01T00:00Z', 6)).toEqual([
      ...['2027-02-28', '2027-03-29', '2027-03-30', '2027-03-31', '2027-04-29', '2027-04-30'],
    ]);
  });
});

describe('The list of windows', () => {
  const times = { opensAt: '10:00', closesAt: '11:00' };
  const noon = { startAt: '2027-01-01T10:30:00Z', endAt: '2027-01-03T10:15:00Z', timeZone: 'UTC' };

  it('is cut to start and end, and shorter than asked for when there are no more', () => {
    expect(
      listed(timeframe.parse({ ...noon, recurrence: { kind: 'daily', ...times } }), '2026-01-01T00:00Z', 20),
    ).toEqual([
      '2027-01-01 01-01T10:30..01-01T11:00 cut_by_start',
      '2027-01-02 01-02T10:00..01-02T11:00',
      '2027-01-03 01-03T10:00..01-03T10:15 cut_by_end',
    ]);
  });

  it('begins with the window that is open, and has nothing to say of days outside of the timeframe', () => {
    const monthly = { kind: 'monthly', days: [1, 31], missingDay: 'SKIP', ...times };
    const framed = timeframe.parse({ ...noon, endAt: '2027-02-27T00:00:00Z', recurrence: monthly });
    expect(days(framed, '2027-01-31T10:59:59Z', 20)).toEqual(['2027-01-31', '2027-02-01']);
    expect(days(framed, '2027-01-31T11:00:00Z', 20)).toEqual(['2027-02-01']);
  });

  it('has one window without a day where nothing recurs', () => {
    const window = { opensAt: '2027-01-01T10:30:00.000Z', closesAt: '2027-01-03T10:15:00.000Z' };
    const single = timeframe.parse({ ...noon, recurrence: null });
    expect(windows(single, 0, 20)).toEqual([{ day: null, window, notes: [] }]);
    expect(windows(single, Date.parse(noon.endAt), 20)).toEqual([]);
    expect(windows({ ...single, endAt: noon.startAt }, 0, 20)).toEqual([]);
    expect(windows(single, 0, 0)).toEqual([]);
  });
});

function daily(timeZone: string, opensAt: string, closesAt: string): Timeframe {
  return zoned(timeZone, { kind: 'daily', opensAt, closesAt });
}

function zoned(timeZone: string, value: object): Timeframe {
  return { startAt: null, endAt: null, timeZone, recurrence: recurrence.parse(value) };
}

/** '2027-03-28 03-28T01:00..03-28T02:00 opens_after_gap', in UTC. */
function listed(value: Timeframe, from: string, n: number): string[] {
  return windows(value, Date.parse(from), n).map(({ day, window, notes }) => {
    const bounds = [window?.opensAt, window?.closesAt].map((at) => at?.slice(5, 16)).join('..');
    return [day, window === null ? 'none' : bounds, ...notes].join(' ');
  });
}

/** '2027-02-30!' for a dropped one. */
function days(value: Timeframe, from: string, n: number): string[] {
  return windows(value, Date.parse(from), n).map(({ day, window }) => `${day}${window === null ? '!' : ''}`);
}
