import { describe, expect, it } from '@jest/globals';
import { isOpen, nextBoundary, stretchAt, windowAt } from './openness.js';
import { recurrence, type Timeframe } from './recurrence.js';

const at = (instant: string) => Date.parse(instant);
const frame = (value: object | null, bounds: Partial<Timeframe> = {}): Timeframe => ({
  startAt: null,
  endAt: null,
  timeZone: 'Europe/Zagreb',
  recurrence: value === null ? null : recurrence.parse(value),
  ...bounds,
});
const office = { kind: 'daily', opensAt: '09:00', closesAt: '17:00' };
const allDay = { opensAt: '00:00', closesAt: '00:00' };

describe('Without recurrence', () => {
  const bounds = { startAt: '2027-01-01T00:00:00Z', endAt: '2027-02-01T00:00:00Z' };
  const [start, end] = [at(bounds.startAt), at(bounds.endAt)];

  it('a timeframe is one window from start to end', () => {
    const framed = frame(null, bounds);
    expect(stretchAt(framed, start - 1)).toEqual({ open: false, from: null, until: start });
    expect(stretchAt(framed, start)).toEqual({ open: true, from: start, until: end });
    expect(stretchAt(framed, end - 1)).toEqual({ open: true, from: start, until: end });
    expect(stretchAt(framed, end)).toEqual({ open: false, from: end, until: null });
    expect(windowAt(framed, start)).toEqual({ day: null, from: start, until: end });
    expect([start - 1, end].map((instant) => windowAt(framed, instant))).toEqual([undefined, undefined]);
    expect([start - 1, start, end].map((instant) => nextBoundary(framed, instant))).toEqual([
      start,
      end,
      null,
    ]);
  });

  it('is open for ever without start and end', () => {
    expect(stretchAt(frame(null), 0)).toEqual({ open: true, from: null, until: null });
    expect(windowAt(frame(null), 0)).toEqual({ day: null, from: null, until: null });
    expect(nextBoundary(frame(null), 0)).toBeNull();
  });

  it('is exact to the nanosecond for whole milliseconds', () => {
    const framed = frame(null, {
      startAt: '2027-01-01T00:00:00.000000001Z',
      endAt: '2027-01-01T00:00:00.001000001Z',
    });
    const open = [start - 1, start, start + 1, start + 2].map((instant) => isOpen(framed, instant));
    expect(open).toEqual([false, false, true, false]);
  });
});

describe('An empty timeframe', () => {
  const bounds = { startAt: '2027-02-01T12:00:00Z', endAt: '2027-02-01T12:00:00Z' };

  it.each([null, office, { kind: 'daily', ...allDay }])('is never open, with recurrence %j', (value) => {
    const framed = frame(value, bounds);
    expect(stretchAt(framed, at(bounds.startAt))).toEqual({ open: false, from: null, until: null });
    expect(windowAt(framed, at(bounds.startAt))).toBeUndefined();
    expect(nextBoundary(framed, 0)).toBeNull();
  });

  it('is also one whose recurrence never comes', () => {
    const leapDay = { kind: 'yearly', month: 2, day: 29, missingDay: 'SKIP', ...allDay };
    const framed = frame(leapDay, { startAt: '2097-01-01T00:00:00Z', endAt: '2103-12-31T00:00:00Z' });
    expect(stretchAt(framed, at('2100-02-28T23:00:00Z'))).toEqual({ open: false, from: null, until: null });
    expect(nextBoundary(framed, at('2100-01-01T00:00:00Z'))).toBeNull();
  });
});

describe('With recurrence', () => {
  it('stretches are windows and what lies between', () => {
    const framed = frame(office, { startAt: '2027-01-02T00:00:00Z', endAt: '2027-01-04T10:00:00Z' });
    const stretches = ['02T00:00', '02T08:00', '02T16:00', '03T08:00', '03T16:00', '04T08:00', '04T10:00'];
    expect(
      stretches.map((day) => {
        const { open, from, until } = stretchAt(framed, at(`2027-01-${day}Z`));
        return `${open} ${told(from)} ${told(until)}`;
      }),
    ).toEqual([
      'false null 02T08:00',
      'true 02T08:00 02T16:00',
      'false 02T16:00 03T08:00',
      'true 03T08:00 03T16:00',
      'false 03T16:00 04T08:00',
      'true 04T08:00 04T10:00',
      'false 04T10:00 null',
    ]);
  });

  it('after an end between two windows, is closed since the last one', () => {
    const framed = frame(office, { endAt: '2027-01-04T20:00:00Z' });
    expect(stretchAt(framed, at('2027-01-04T20:00:00Z'))).toEqual({
      open: false,
      from: at('2027-01-04T16:00:00Z'),
      until: null,
    });
  });

  it('finds leap days years away on both sides', () => {
    const leapDay = {
      kind: 'yearly',
      month: 2,
      day: 29,
      missingDay: 'SKIP',
      opensAt: '09:00',
      closesAt: '10:00',
    };
    expect(stretchAt(frame(leapDay), at('2100-02-28T08:30:00Z'))).toEqual({
      open: false,
      from: at('2096-02-29T09:00:00Z'),
      until: at('2104-02-29T08:00:00Z'),
    });
  });

  it.each([
    { kind: 'daily', opensAt: '09:00', closesAt: '09:00' },
    { kind: 'weekly', weekdays: [1, 2, 3, 4, 5, 6, 7], ...allDay },
    { kind: 'monthly', days: Array.from({ length: 31 }, (_, day) => day + 1), missingDay: 'SKIP', ...allDay },
  ])('is open without end where each window touches the next: $kind', (value) => {
    const framed = frame(value, { startAt: '2027-01-01T12:00:00Z' });
    expect(stretchAt(framed, at('2050-07-01T00:00:00Z'))).toEqual({
      open: true,
      from: at('2027-01-01T12:00:00Z'),
      until: null,
    });
    // A window has its own end all the same: what happens once per window needs it.
    expect(nextBoundary(framed, at('2050-07-01T12:00:00Z'))).toBeLessThanOrEqual(at('2050-07-02T12:00:00Z'));
  });

  it.each([
    ['2027-03-12T12:00:00Z', '2027-03-07T23:00:00.000Z', '2027-03-12T23:00:00.000Z'],
    ['2027-03-13T12:00:00Z', '2027-03-12T23:00:00.000Z', '2027-03-14T23:00:00.000Z'],
  ])('takes touching windows of a working week as one: at %s', (instant, from, until) => {
    const stretch = stretchAt(frame({ kind: 'weekly', weekdays: [1, 2, 3, 4, 5], ...allDay }), at(instant));
    expect(stretch).toMatchObject({ from: at(from), until: at(until) });
  });

  it('takes two months of touching windows as one, through a February that lacks days', () => {
    const days = Array.from({ length: 30 }, (_, day) => day + 1);
    const framed = frame({ kind: 'monthly', days, missingDay: 'SKIP', ...allDay }, { timeZone: 'UTC' });
    const stretch = { open: true, from: at('2027-02-01T00:00:00Z'), until: at('2027-03-31T00:00:00Z') };
    expect(stretchAt(framed, at('2027-02-01T00:00:00Z'))).toEqual(stretch);
    expect(stretchAt({ ...framed }, at('2027-03-30T23:00:00Z'))).toEqual(stretch);
  });

  it('gives the very stretch again that holds the instant, and nobody can change it', () => {
    const framed = frame(office);
    const stretch = stretchAt(framed, at('2027-01-02T08:00:00Z'));
    expect(stretchAt(framed, at('2027-01-02T15:59:59.999Z'))).toBe(stretch);
    expect(Object.isFrozen(stretch)).toBe(true);
  });

  it('goes back with a clock that is set back', () => {
    const framed = frame(office);
    expect(isOpen(framed, at('2027-01-02T08:00:00Z'))).toBe(true);
    expect(isOpen(framed, at('2027-01-02T07:59:59.999Z'))).toBe(false);
    expect(isOpen(framed, at('2027-01-01T15:59:59.999Z'))).toBe(true);
  });

  it('belongs to the day on which it opened, also after midnight', () => {
    const framed = frame({ kind: 'weekly', weekdays: [5], opensAt: '22:00', closesAt: '02:00' });
    expect(windowAt(framed, at('2027-03-13T00:30:00Z'))).toEqual({
      day: '2027-03-12',
      from: at('2027-03-12T21:00:00Z'),
      until: at('2027-03-13T01:00:00Z'),
    });
    expect(windowAt(framed, at('2027-03-12T00:30:00Z'))).toBeUndefined();
  });
});

describe('A clock set back over midnight', () => {
  // At 00:01 on Sunday, 7 November 2010, St. John's went back to 23:01 on Saturday.
  const nearlyADay = { kind: 'weekly', weekdays: [5], opensAt: '23:45', closesAt: '23:30' };

  it('leaves a window open on the day after the one on which it closes', () => {
    const framed = frame(nearlyADay, { timeZone: 'America/St_Johns' });
    const sunday = at('2010-11-07T02:30:30Z'); // 00:00:30, for the first time
    const [from, until] = [at('2010-11-06T02:15:00Z'), at('2010-11-07T03:00:00Z')];
    expect(windowAt(framed, sunday)).toEqual({ day: '2010-11-05', from, until });
    expect(stretchAt(framed, sunday)).toEqual({ open: true, from, until });
    expect(stretchAt(framed, until)).toMatchObject({ open: false, from: until });
  });
});

function told(instant: number | null): string {
  return instant === null ? 'null' : new Date(instant).toISOString().slice(8, 16);
}
