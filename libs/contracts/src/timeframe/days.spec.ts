import { describe, expect, it } from '@jest/globals';
import { Temporal } from './temporal.js';
import { type Day, daysBefore, daysFrom } from './days.js';
import { recurrence } from './recurrence.js';

const times = { opensAt: '09:00', closesAt: '17:00' };
const weekly = recurrence.parse({ kind: 'weekly', weekdays: [1, 3], ...times });
const monthly = recurrence.parse({ kind: 'monthly', days: [1, 15, 31], missingDay: 'LAST_DAY', ...times });
const yearly = recurrence.parse({ kind: 'yearly', month: 2, day: 29, missingDay: 'SKIP', ...times });
const date = (text: string) => Temporal.PlainDate.from(text);

describe('Days of a recurrence', () => {
  it.each([
    [weekly, '2027-03-03', ['2027-03-03', '2027-03-08', '2027-03-10']],
    [monthly, '2027-02-15', ['2027-02-15', '2027-02-28', '2027-03-01']],
    [yearly, '2027-01-01', ['2027-02-29', '2028-02-29', '2029-02-29']],
  ])('of %j from %s on hold that day', (value, first, days) => {
    expect(firstThree(daysFrom(value, date(first)))).toEqual(days);
  });

  it.each([
    [weekly, '2027-03-03', ['2027-03-01', '2027-02-24', '2027-02-22']],
    [monthly, '2027-03-15', ['2027-03-01', '2027-02-28', '2027-02-15']],
    [yearly, '2029-02-28', ['2028-02-29', '2027-02-29', '2026-02-29']],
  ])('of %j before %s do not', (value, end, days) => {
    expect(firstThree(daysBefore(value, date(end)))).toEqual(days);
  });

  it('end with the years that instants can be told in', () => {
    expect([...daysFrom(yearly, date('9999-01-01'))]).toHaveLength(1);
    expect([...daysBefore(yearly, date('0002-01-01'))]).toHaveLength(1);
  });
});

function firstThree(days: Generator<Day, void>): string[] {
  return Array.from({ length: 3 }, () => days.next().value?.name ?? '');
}
