import { describe, expect, it } from '@jest/globals';
import { recurrence, timeframe } from './recurrence.js';

const times = { opensAt: '09:00', closesAt: '17:30' };

describe('recurrence', () => {
  it.each([
    { kind: 'daily', ...times },
    { kind: 'daily', opensAt: '22:00', closesAt: '22:00' },
    { kind: 'weekly', weekdays: [1, 5, 7], ...times },
    { kind: 'monthly', days: [1, 15, 31], missingDay: 'LAST_DAY', ...times },
    { kind: 'yearly', month: 2, day: 29, missingDay: 'SKIP', ...times },
    { kind: 'yearly', month: 12, day: 31, missingDay: 'SKIP', ...times },
  ])('is %j', (value) => {
    expect(recurrence.parse(value)).toEqual(value);
  });

  it('comes out with its days in order, however they were named', () => {
    expect(recurrence.parse({ kind: 'weekly', weekdays: [7, 1, 3], ...times })).toMatchObject({
      weekdays: [1, 3, 7],
    });
    expect(
      recurrence.parse({ kind: 'monthly', days: [31, 4, 10], missingDay: 'SKIP', ...times }),
    ).toMatchObject({ days: [4, 10, 31] });
  });

  const yearly = { kind: 'yearly', missingDay: 'SKIP', ...times };
  it.each([
    [{ ...times }, 'kind', 'must be daily, weekly, monthly or yearly'],
    [{ kind: 'hourly', ...times }, 'kind', 'must be daily, weekly, monthly or yearly'],
    [{ kind: 'daily', opensAt: '24:00', closesAt: '17:30' }, 'opensAt', /from 00:00 to 23:59/],
    [{ kind: 'daily', opensAt: '9:00', closesAt: '17:30' }, 'opensAt', /from 00:00 to 23:59/],
    [{ kind: 'daily', opensAt: '09:00', closesAt: '17:30:00' }, 'closesAt', /from 00:00 to 23:59/],
    [{ kind: 'weekly', weekdays: [], ...times }, 'weekdays', 'must name at least one day'],
    [{ kind: 'weekly', weekdays: [1, 1], ...times }, 'weekdays', 'must not name a day twice'],
    [{ kind: 'weekly', weekdays: [0], ...times }, 'weekdays.0', />=1/],
    [{ kind: 'weekly', weekdays: [8], ...times }, 'weekdays.0', /<=7/],
    [{ kind: 'monthly', days: [32], missingDay: 'SKIP', ...times }, 'days.0', /<=31/],
    [{ kind: 'monthly', days: [31], missingDay: 'NEXT', ...times }, 'missingDay', /SKIP/],
    [{ kind: 'monthly', days: [31], ...times }, 'missingDay', /./],
    [{ ...yearly, month: 6, day: 31 }, 'day', /31 June never comes/],
    [{ ...yearly, month: 2, day: 30 }, 'day', /29 February does/],
    [{ ...yearly, month: 13, day: 1 }, 'month', /<=12/],
  ])('is not %j: %s', (value, path, message) => {
    const issue = recurrence.safeParse(value).error?.issues[0];
    expect(issue?.path.join('.')).toBe(path);
    expect(issue?.message).toMatch(message);
  });

  it('tells a misspelt field as a missing one', () => {
    const misspelt = { kind: 'daily', opensAt: '09:00', closeAt: '17:30' };
    expect(recurrence.safeParse(misspelt).error?.issues[0]?.path).toEqual(['closesAt']);
  });
});

describe('timeframe', () => {
  it('needs a zone, and says of everything else that it may be absent', () => {
    const open = { startAt: null, endAt: null, timeZone: 'Europe/Zagreb', recurrence: null };
    expect(timeframe.parse(open)).toEqual(open);
    expect(timeframe.safeParse({ ...open, timeZone: 'Mars/Base' }).success).toBe(false);
  });
});
