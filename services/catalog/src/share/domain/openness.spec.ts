import { describe, expect, it } from '@jest/globals';
import { opennessAt, type Timed } from './openness.js';

const lunch = { kind: 'daily', opensAt: '11:00', closesAt: '14:00' } as const;
const at = (time: string): Date => new Date(`2030-06-03T${time}:00+02:00`);

/** In June Zagreb is two hours ahead of UTC. */
function coupon(terms: Partial<Timed> = {}): Timed {
  return {
    status: 'active',
    startAt: null,
    endAt: null,
    timeZone: 'Europe/Zagreb',
    recurrence: null,
    ...terms,
  };
}

describe('when a shared coupon opens', () => {
  it.each([
    ['before the window', '10:59', at('11:00')],
    ['in it', '11:00', null],
    ['at its last minute', '13:59', null],
    ['as it closes: tomorrow', '14:00', new Date(at('11:00').getTime() + 86_400_000)],
  ])('%s', (_what, time, opensAt) => {
    expect(opennessAt(coupon({ recurrence: lunch }), at(time))).toEqual({
      status: 'active',
      opensAt,
      isPast: false,
    });
  });

  it('is the first window after the start of one that is scheduled', () => {
    const scheduled = coupon({ status: 'scheduled', startAt: at('12:00'), recurrence: lunch });
    expect(opennessAt(scheduled, at('10:00'))).toMatchObject({ status: 'scheduled', opensAt: at('12:00') });
    const later = coupon({ status: 'scheduled', startAt: at('09:00'), recurrence: lunch });
    expect(opennessAt(later, at('08:00')).opensAt).toEqual(at('11:00'));
  });

  it('goes by the clock, not by facts that are under way still', () => {
    const scheduled = coupon({ status: 'scheduled', startAt: at('09:00'), endAt: at('10:00') });
    expect(opennessAt(scheduled, at('08:59'))).toMatchObject({ status: 'scheduled', opensAt: at('09:00') });
    expect(opennessAt(scheduled, at('09:00'))).toMatchObject({ status: 'active', opensAt: null });
    expect(opennessAt(scheduled, at('10:00'))).toMatchObject({ status: 'finished', opensAt: null });
  });

  it('is never where no window is left before the end, nor while it is paused', () => {
    const ending = coupon({ recurrence: lunch, endAt: at('20:00') });
    expect(opennessAt(ending, at('15:00'))).toEqual({ status: 'active', opensAt: null, isPast: true });
    const paused = coupon({ status: 'disabled', recurrence: lunch });
    expect(opennessAt(paused, at('10:00'))).toEqual({ status: 'disabled', opensAt: null, isPast: false });
  });
});
