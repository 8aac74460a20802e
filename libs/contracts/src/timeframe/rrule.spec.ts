import { describe, expect, it } from '@jest/globals';
import { RRuleTemporal } from 'rrule-temporal';
import { recurrence, type Timeframe } from './recurrence.js';
import { toRRule } from './rrule.js';
import { windows } from './windows.js';

// rrule-temporal because it is alive (releases every few weeks in 2026), MIT, passes RFC 5545's own examples and reads
// TZID; the older `rrule` has had no release since 2024 and reckons zones by a detour over local `Date`s. It carries
// its own calendar of rules; how clocks change is checked against Intl in every-zone.spec.ts.

const nine = { opensAt: '09:00', closesAt: '17:00' };
const zagreb = { startAt: '2026-11-22T00:00:00Z', endAt: null, timeZone: 'Europe/Zagreb' };

describe('A rule', () => {
  it.each([
    [{ kind: 'daily', ...nine }, '20261122T090000', 'FREQ=DAILY'],
    [{ kind: 'weekly', weekdays: [1, 6], ...nine }, '20261123T090000', 'FREQ=WEEKLY;BYDAY=MO,SA'],
    [month([31, 1], 'SKIP'), '20261201T090000', 'FREQ=MONTHLY;BYMONTHDAY=1,31'],
    [month([5, 28], 'LAST_DAY'), '20261128T090000', 'FREQ=MONTHLY;BYMONTHDAY=5,28'],
    [month([31], 'LAST_DAY'), '20261130T090000', 'FREQ=MONTHLY;BYMONTHDAY=-1'],
    [month([29, 31], 'LAST_DAY'), '20261129T090000', 'FREQ=MONTHLY;BYMONTHDAY=29,-1'],
    [month([15, 30], 'LAST_DAY'), '20261130T090000', 'FREQ=MONTHLY;BYMONTHDAY=15,30,-1;BYSETPOS=1,2'],
    [year(2, 29, 'SKIP'), '20280229T090000', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29'],
    [year(2, 29, 'LAST_DAY'), '20270228T090000', 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29,-1;BYSETPOS=1'],
    [year(12, 31, 'LAST_DAY'), '20261231T090000', 'FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31'],
  ])('says %j', (value, dtstart, rule) => {
    expect(toRRule(framed(value))).toBe(`DTSTART;TZID=Europe/Zagreb:${dtstart}\r\nRRULE:${rule}`);
  });

  it('ends before the end: UNTIL includes its second, the timeframe does not', () => {
    const daily = { kind: 'daily', ...nine };
    const until = (endAt: string) => toRRule(framed(daily, { endAt })).split('UNTIL=')[1];
    expect(until('2026-12-01T08:00:00Z')).toBe('20261201T075959Z');
    expect(until('2026-12-01T08:00:00.001Z')).toBe('20261201T080000Z');
  });

  it('has one instance without recurrence and none without a window', () => {
    expect(toRRule({ ...zagreb, recurrence: null })).toBe(
      'DTSTART;TZID=Europe/Zagreb:20261122T010000\r\nRRULE:FREQ=DAILY;COUNT=1',
    );
    expect(toRRule({ ...zagreb, endAt: zagreb.startAt, recurrence: null })).toBe('');
    expect(toRRule(framed(year(2, 29, 'SKIP'), { endAt: '2027-12-31T00:00:00Z' }))).toBe('');
  });

  it('starts where the caller says if the timeframe has no start', () => {
    const open = framed({ kind: 'daily', ...nine }, { startAt: null });
    expect(toRRule(open, Date.parse('2027-06-01T12:00:00Z'))).toContain(':20270601T090000\r\n');
    expect(toRRule(open)).toContain(':19700101T090000\r\n');
  });
});

describe('An independent reader of the rule finds the same starts', () => {
  const everyMonth = [[29], [30], [31], [29, 30], [28, 30], [1, 29, 31], [29, 30, 31], [27, 28, 29, 30]];
  const cases = [
    { kind: 'daily', ...nine },
    { kind: 'daily', opensAt: '22:00', closesAt: '02:00' },
    { kind: 'weekly', weekdays: [1, 3, 7], ...nine },
    ...everyMonth.flatMap((days) => [month(days, 'SKIP'), month(days, 'LAST_DAY')]),
    ...['SKIP', 'LAST_DAY'].map((missingDay) => year(2, 29, missingDay)),
    year(12, 31, 'SKIP'),
  ];
  const bounds = [
    zagreb,
    { ...zagreb, startAt: '2027-01-29T12:00:00Z', endAt: '2029-03-01T00:00:00Z' },
    { startAt: '2027-09-01T00:00:00Z', endAt: null, timeZone: 'Australia/Lord_Howe' },
    { startAt: '2027-02-28T00:00:00Z', endAt: null, timeZone: 'America/Havana' },
  ];

  it.each(bounds)('from $startAt to $endAt in $timeZone', (bound) => {
    for (const value of cases) {
      const timeframe = framed(value, bound);
      const theirs = read(toRRule(timeframe), 120);
      // A window under way at the start is cut to it and has its own start in the rule: see below.
      const ours = starts(timeframe, 120).map((at, index) =>
        at === instant(bound.startAt) && index === 0 ? theirs[0] : at,
      );
      expect({ value, starts: theirs }).toEqual({ value, starts: ours });
    }
  });

  it('also at a time that comes twice: both take the first', () => {
    const twice = framed(
      { kind: 'daily', opensAt: '02:30', closesAt: '05:00' },
      { startAt: '2027-10-30T12:00:00Z' },
    );
    expect(starts(twice, 1)).toEqual(['2027-10-31T00:30:00.000Z']);
    expect(read(toRRule(twice), 5)).toEqual(starts(twice, 5));
  });
});

describe('Where the reader differs', () => {
  it('a start in a gap: RFC 5545 leaves it out (3.3.10), F3 opens at the end of the gap', () => {
    const night = { kind: 'daily', opensAt: '02:30', closesAt: '05:00' };
    const gap = framed(night, { startAt: '2027-03-26T12:00:00Z' });
    const around = ['2027-03-27T01:30:00.000Z', '2027-03-29T00:30:00.000Z'];
    expect(starts(gap, 3)).toEqual([around[0], '2027-03-28T01:00:00.000Z', around[1]]);
    expect(read(toRRule(gap), 2)).toEqual(around);
    // As DTSTART the reader would move it to 03:30, and with it every instance, so the rule begins a day later.
    expect(toRRule(framed(night, { startAt: '2027-03-27T12:00:00Z' }))).toContain(':20270329T023000\r\n');
    // Where the window in the gap is the only one, it is told as it is.
    const only = { startAt: '2027-03-27T12:00:00Z', endAt: '2027-03-28T12:00:00Z' };
    expect(toRRule(framed(night, only))).toContain(':20270328T023000\r\n');
  });

  it('a skipped day: left out by both, but for what F3 finds left of a night', () => {
    const bound = { startAt: '2011-12-28T12:00:00Z', timeZone: 'Pacific/Apia' };
    const byDay = framed({ kind: 'daily', ...nine }, bound);
    expect(starts(byDay, 4).map((at) => at.slice(5, 13))).toEqual([
      '12-28T19',
      '12-29T19',
      '12-30T19',
      '12-31T19',
    ]);
    expect(read(toRRule(byDay), 4)).toEqual(starts(byDay, 4));
    const byNight = framed({ kind: 'daily', opensAt: '22:00', closesAt: '02:00' }, bound);
    expect(starts(byNight, 4).map((at) => at.slice(5, 13))).toEqual([
      '12-29T08',
      '12-30T08',
      '12-30T10',
      '12-31T08',
    ]);
    expect(read(toRRule(byNight), 3).map((at) => at.slice(5, 13))).toEqual([
      '12-29T08',
      '12-30T08',
      '12-31T08',
    ]);
  });

  it('a window under way at the start: the rule shows its own start, F3 cuts it', () => {
    const cut = framed({ kind: 'daily', ...nine }, { startAt: '2027-01-04T12:00:00Z' });
    expect(starts(cut, 1)).toEqual(['2027-01-04T12:00:00.000Z']);
    expect(read(toRRule(cut), 1)).toEqual(['2027-01-04T08:00:00.000Z']);
  });
});

function instant(text: string): string {
  return new Date(text).toISOString();
}

function framed(value: object, bounds: Partial<Timeframe> = {}): Timeframe {
  return { ...zagreb, ...bounds, recurrence: recurrence.parse(value) };
}

function month(days: number[], missingDay: string) {
  return { kind: 'monthly', days, missingDay, ...nine };
}

function year(inMonth: number, day: number, missingDay: string) {
  return { kind: 'yearly', month: inMonth, day, missingDay, ...nine };
}

function starts(value: Timeframe, n: number): string[] {
  const from = Date.parse(value.startAt ?? '');
  return windows(value, from, n).flatMap(({ window }) => window?.opensAt ?? []);
}

function read(icalendar: string, n: number): string[] {
  const rule = new RRuleTemporal({ rruleString: icalendar });
  return rule.all((_, index) => index < n).map((at) => new Date(at.epochMilliseconds).toISOString());
}
