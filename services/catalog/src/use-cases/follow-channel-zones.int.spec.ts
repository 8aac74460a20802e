import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Channel, CouponView } from '#contracts';
import { channelFact, eventually } from '#testkit';
import { CatalogWorld, inMinutes, type Owner } from '../../test/catalog-world.js';

const recurrence = { kind: 'daily', opensAt: '09:00', closesAt: '17:00' } as const;

describe('a channel that moves to another time zone', () => {
  let world: CatalogWorld;
  beforeAll(async () => {
    world = await CatalogWorld.start();
  }, 120_000);
  afterAll(() => world?.stop());

  const move = (owner: Owner, timeZone: string, revision = 2) =>
    world.produce(channelFact(owner.tenantId, { ...(owner.channels[0] as Channel), timeZone }, revision));
  const zoneOf = async (owner: Owner, { couponId }: CouponView) =>
    (await world.read(owner, couponId)).timeZone;
  const untilDone = () =>
    eventually(async () => {
      const { rowCount } = await world.database.ownerPool().query('SELECT FROM channel_zone_change');
      expect(rowCount).toBe(0);
    });

  it('takes all of its coupons along that are out, each once, as everybody is told', async () => {
    const owner = await world.owner();
    const coupons: CouponView[] = [];
    for (let n = 0; n < 43; n += 1) coupons.push(await world.published(owner, { recurrence }));
    const [first] = coupons as [CouponView];
    const eventId = await move(owner, 'Asia/Tokyo');
    for (const { couponId, version } of coupons) {
      const snapshot = await world.snapshotAt(couponId, version + 1);
      expect(snapshot.schedule).toMatchObject({ timeZone: 'Asia/Tokyo', recurrence });
    }
    await untilDone();
    for (const { couponId } of coupons) expect(world.snapshots(couponId)).toHaveLength(2);
    const entry = (await world.audit(owner, first.couponId)).at(-1);
    expect(entry).toMatchObject({ action: 'channel-changed', actorKind: 'fact', actorId: eventId });
  }, 90_000);

  it('leaves the finished as they were, and drafts to their publication', async () => {
    const owner = await world.owner();
    const [draft, finished] = [await world.create(owner, { recurrence }), await world.published(owner)];
    await world.act(owner, finished.couponId, 'archive');
    const [disabled, scheduled] = [
      await world.published(owner),
      await world.published(owner, { startAt: inMinutes(60) }),
    ];
    await world.act(owner, disabled.couponId, 'disable');
    await move(owner, 'Asia/Tokyo');
    for (const one of [disabled, scheduled])
      await eventually(async () => expect(await zoneOf(owner, one)).toBe('Asia/Tokyo'));
    expect(await zoneOf(owner, finished)).toBe('Europe/Zagreb');
    expect((await world.act(owner, draft.couponId, 'publish')).body.timeZone).toBe('Asia/Tokyo');
  }, 60_000);

  it('has its latest zone in the end, however often it moves', async () => {
    const owner = await world.owner();
    const coupon = await world.published(owner);
    const zones = ['Asia/Tokyo', 'America/Havana', 'Pacific/Apia'];
    for (const [n, zone] of zones.entries()) await move(owner, zone, 2 + n);
    await eventually(async () => expect(await zoneOf(owner, coupon)).toBe('Pacific/Apia'));
    await world.told(channelFact(owner.tenantId, { ...(owner.channels[0] as Channel), timeZone: 'UTC' }, 3));
    await untilDone();
    expect(await zoneOf(owner, coupon)).toBe('Pacific/Apia');
  }, 60_000);

  it('also has the coupon that is published while it moves', async () => {
    const owner = await world.owner();
    const draft = await world.create(owner, { recurrence });
    const held = await world.holdTable(owner, 'audit_entry');
    const publishing = world.act(owner, draft.couponId, 'publish');
    await held.waiting(1);
    await move(owner, 'Asia/Tokyo');
    // The publication has read the old zone: the move waits for it, and then finds the coupon.
    await held.waiting(2).finally(() => held.done());
    expect((await publishing).status).toBe(200);
    await eventually(async () => expect(await zoneOf(owner, draft)).toBe('Asia/Tokyo'));
  }, 60_000);
});
