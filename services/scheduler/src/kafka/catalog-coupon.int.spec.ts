import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, newId } from '#testkit';
import { inMs, schedule, SchedulerWorld } from '../../test/scheduler-world.js';

let world: SchedulerWorld;
beforeAll(async () => {
  world = await SchedulerWorld.start();
  await world.replica();
}, 120_000);
afterAll(() => world.stop());

const day = 86_400_000;

describe('a snapshot', () => {
  it('plans start and end of a scheduled coupon, and nothing else', async () => {
    const [startAt, endAt] = [inMs(day), inMs(2 * day)];
    const coupon = await world.tell({ status: 'scheduled', schedule: schedule(startAt, endAt) });
    await world.knows(coupon);
    expect(await world.dueRows(coupon.couponId)).toMatchObject([
      { kind: 'start', dueAt: new Date(startAt) },
      { kind: 'end', dueAt: new Date(endAt) },
    ]);
  });

  it('plans nothing for a coupon without dates', async () => {
    const coupon = await world.tell({ status: 'active' });
    await world.knows(coupon);
    expect(await world.dueRows(coupon.couponId)).toEqual([]);
  });

  it('moves the end, and removes it', async () => {
    const coupon = await world.tell({ schedule: schedule(null, inMs(day)) });
    const later = inMs(2 * day);
    await world.knows(await world.tell({ ...coupon, version: 3, schedule: schedule(null, later) }));
    expect(await world.dueRows(coupon.couponId)).toMatchObject([{ kind: 'end', dueAt: new Date(later) }]);
    await world.knows(await world.tell({ ...coupon, version: 4, schedule: schedule(null, null) }));
    expect(await world.dueRows(coupon.couponId)).toEqual([]);
  });

  it.each([
    ['active', ['end']],
    ['disabled', ['end']],
    ['finished', []],
  ] as const)('keeps only what is to come for a coupon that is %s', async (status, kinds) => {
    const coupon = await world.tell({ status: 'scheduled', schedule: schedule(inMs(day), inMs(2 * day)) });
    const finishedReason = status === 'finished' ? ('archived' as const) : null;
    await world.knows(await world.tell({ ...coupon, version: 3, status, finishedReason }));
    expect((await world.dueRows(coupon.couponId)).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('that is older than a known one, or the same again, changes nothing', async () => {
    const endAt = inMs(day);
    const coupon = await world.told({ version: 5, schedule: schedule(null, endAt) });
    await world.told({ ...coupon, version: 4, schedule: schedule(null, inMs(2 * day)) });
    await world.told({ ...coupon, version: 5, schedule: schedule(null, null) });
    expect(await world.dueRows(coupon.couponId)).toMatchObject([{ dueAt: new Date(endAt) }]);
  });

  it('that is finished stays: an old one that is read again revives nothing', async () => {
    const coupon = await world.told({ version: 2, schedule: schedule(null, inMs(day)) });
    await world.told({ ...coupon, version: 3, status: 'finished', finishedReason: 'archived' });
    await world.told({ ...coupon, version: 2 });
    expect(await world.dueRows(coupon.couponId)).toEqual([]);
  });

  it("keeps to its own tenant's coupon", async () => {
    const other = newId();
    const coupon = await world.tell({ schedule: schedule(null, inMs(day)) });
    await world.knows(
      await world.tell({ ...coupon, version: 9, schedule: schedule(null, null) }, other),
      other,
    );
    await world.knows(coupon);
    expect(await world.dueRows(coupon.couponId)).toHaveLength(1);
  });
});

describe('what cannot be handled', () => {
  it('goes to the dead letters, and the partition goes on', async () => {
    const deadLetters = await world.namespace.collect('scheduler.dead-letter.v1');
    for (const partition of [0, 1])
      await world.namespace.produce('catalog.coupon.v1', {
        raw: { key: newId(), value: '{not json', headers: { ce_id: newId() }, partition },
      });
    await eventually(() => expect(deadLetters).toHaveLength(2));
    for (let index = 0; index < 4; index++) await world.knows(await world.tell({}));
  });
});
