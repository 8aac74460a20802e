import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { idTime, occurrenceName } from './event-id.js';

const day = 86_400_000;
const [tenantId, couponId] = ['01980a5e-7c00-7000-8000-000000000001', '01980a5e-7c00-7000-8000-000000000002'];
const due = { tenantId, couponId, cohort: '', kind: 'end', dueAt: new Date('2026-12-22T09:00:00.000Z') };

describe('the name of an occurrence', () => {
  it.each([
    { tenantId: couponId },
    { couponId: tenantId },
    { cohort: 'zone/Europe/Zagreb' },
    { kind: 'start' },
    { dueAt: new Date('2026-12-22T09:00:00.001Z') },
  ])('is another one with %j', (other) => {
    expect(occurrenceName({ ...due, ...other })).not.toBe(occurrenceName(due));
    expect(occurrenceName({ ...due })).toBe(occurrenceName(due));
  });
});

describe('the time of an id', () => {
  it('is the instant it stands for, whoever tells of it within a week, also ahead of it', () => {
    for (const late of [-5 * 60_000, 0, day, 7 * day - 1])
      expect(idTime(due.dueAt, new Date(due.dueAt.getTime() + late))).toBe(due.dueAt.getTime());
  });

  it('is never as old as what readers have forgotten', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10_000 * day }), (late) => {
        const now = due.dueAt.getTime() + late;
        const time = idTime(due.dueAt, new Date(now));
        expect(now - time).toBeLessThan(7 * day);
        expect(time).toBeLessThanOrEqual(now);
      }),
    );
  });
});
