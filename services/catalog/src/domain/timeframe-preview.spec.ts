import { describe, expect, it } from '@jest/globals';
import type { PreviewTimeframeBody } from '#contracts';
import { newId } from '#testkit';
import { previewOf } from './timeframe-preview.js';

const now = new Date('2027-03-26T12:00:00Z');
const draft = { couponId: newId(), startAt: null, endAt: null, recurrence: null, validity: null };
const night = { kind: 'daily', opensAt: '02:30', closesAt: '05:00' } as const;

function shown(fields: PreviewTimeframeBody, timeZone = 'Europe/Zagreb') {
  const decision = previewOf(draft, fields, { timeZone, now });
  if (!decision.accepted) throw new Error(JSON.stringify(decision.refusal));
  return decision.value;
}

describe('The preview of a timeframe', () => {
  it('tells each window in both clocks, and what a change of the clock does to it', () => {
    const { windows, icalendar } = shown({ recurrence: night });
    expect(windows).toHaveLength(20);
    expect(windows[1]).toEqual({
      day: '2027-03-28',
      window: { opensAt: '2027-03-28T01:00:00.000Z', closesAt: '2027-03-28T03:00:00.000Z' },
      local: { opensAt: '2027-03-28T03:00:00+02:00', closesAt: '2027-03-28T05:00:00+02:00' },
      notes: ['opens_after_gap', 'shorter_by_clock_change'],
    });
    expect(icalendar).toBe('DTSTART;TZID=Europe/Zagreb:20270327T023000\r\nRRULE:FREQ=DAILY');
  });

  it('tells the two of an overlap apart by their offsets', () => {
    const { windows } = shown({ recurrence: night, startAt: '2027-10-30T12:00:00Z' });
    expect(windows[0]?.local).toEqual({
      opensAt: '2027-10-31T02:30:00+02:00',
      closesAt: '2027-10-31T05:00:00+01:00',
    });
  });

  it('keeps the reason of an occurrence that is dropped in its place, and shows 20 windows all the same', () => {
    const monthly = { kind: 'monthly', days: [31], missingDay: 'SKIP', opensAt: '09:00', closesAt: '17:00' };
    const { windows } = shown({ recurrence: monthly as PreviewTimeframeBody['recurrence'] });
    expect(windows[1]).toMatchObject({ day: '2027-04-31', window: null, local: null });
    expect(windows.filter(({ window }) => window !== null)).toHaveLength(20);
  });

  it.each([
    [{ amount: 21, unit: 'hours' }, ['/validity']],
    [{ amount: 1289, unit: 'minutes' }, ['/validity']],
    [{ amount: 1290, unit: 'minutes' }, []],
    [null, []],
  ] as const)(
    'warns where a validity of %j is shorter than the gap between windows',
    (validity, pointers) => {
      const warnings = shown({ recurrence: night, validity }, 'UTC').warnings;
      expect(warnings.map(({ pointer }) => pointer)).toEqual(pointers);
    },
  );

  it('warns of a recurrence that never opens', () => {
    const { windows, icalendar, warnings } = shown({ recurrence: night, endAt: '2027-03-26T13:00:00Z' });
    expect([windows, icalendar]).toEqual([[], null]);
    expect(warnings).toMatchObject([{ pointer: '/recurrence' }]);
  });

  it('refuses an end before the start by its pointer', () => {
    const fields = { startAt: '2027-04-02T00:00:00Z', endAt: '2027-04-01T00:00:00Z' };
    expect(previewOf(draft, fields, { timeZone: 'UTC', now })).toMatchObject({
      accepted: false,
      refusal: { code: 'invalid_request', errors: [{ pointer: '/endAt' }] },
    });
  });
});
