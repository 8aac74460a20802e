import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aGrant, eventually, grantFact, grantFactsFor, newId, revokeFact } from '#testkit';
import { RedemptionWorld } from '../../test/redemption-world.js';

describe('grants from targeting', () => {
  let world: RedemptionWorld;

  beforeAll(async () => {
    world = await RedemptionWorld.start();
    await world.replica();
  });
  afterAll(() => world?.stop());

  const countOf = async (
    table: 'user_grant' | 'auto_attempt',
    couponId: string,
    tenantId = world.tenantId,
  ) => {
    const [row] = await world.database.rows<{ count: string }>(
      tenantId,
      `SELECT count(*) FROM ${table} WHERE tenant_id = $1 AND coupon_id = $2`,
      [tenantId, couponId],
    );
    return Number(row?.count);
  };

  it('are taken in by the thousand, whatever comes twice, each with the attempt that an auto coupon owes', async () => {
    const coupon = await world.coupon({ type: 'auto', availability: 'grant' });
    const userIds = Array.from({ length: 2_000 }, () => newId());
    const facts = grantFactsFor(world.tenantId, coupon, userIds);
    await world.namespace.produceAll('targeting.grant.v1', [...facts, ...facts.slice(0, 500)]);
    await eventually(async () => expect(await countOf('user_grant', coupon.couponId)).toBe(2_000));
    expect(await countOf('auto_attempt', coupon.couponId)).toBe(2_000);
  });

  it('end and come back, without a second attempt', async () => {
    const coupon = await world.coupon({ type: 'auto', availability: 'grant' });
    const { couponId, channelId } = coupon;
    const grant = aGrant({ couponId, channelId });
    const back = { ...grant, revived: true, availableAt: new Date().toISOString() };
    await world.namespace.produceAll('targeting.grant.v1', [
      grantFact(world.tenantId, grant),
      revokeFact(world.tenantId, grant),
      grantFact(world.tenantId, back, 3),
    ]);
    await eventually(async () => {
      const rows = await world.rows(
        'SELECT revision, revoked, available_at FROM user_grant WHERE coupon_id = $1',
        [couponId],
      );
      expect(rows).toEqual([{ revision: '3', revoked: false, available_at: new Date(grant.availableAt) }]);
    });
    expect(await countOf('auto_attempt', couponId)).toBe(1);
  });

  it('that come back before they are known to have begun start nothing by themselves', async () => {
    const grant = aGrant({ revived: true });
    await world.namespace.produce('targeting.grant.v1', grantFact(world.tenantId, grant, 3));
    await eventually(async () => expect(await countOf('user_grant', grant.couponId)).toBe(1));
    expect(await countOf('auto_attempt', grant.couponId)).toBe(0);
  });

  it('go to the dead letters one by one where they are wrong; the others of their batch are taken in', async () => {
    const letters = await world.namespace.collect('redemption.dead-letter.v1');
    const coupon = await world.coupon({ availability: 'grant' });
    const facts = grantFactsFor(
      world.tenantId,
      coupon,
      Array.from({ length: 20 }, () => newId()),
    );
    delete facts[7]?.revision;
    await world.namespace.produceAll('targeting.grant.v1', facts);
    await eventually(async () => expect(await countOf('user_grant', coupon.couponId)).toBe(19));
    await eventually(async () => expect(letters).toHaveLength(1));
  });

  it("stay each tenant's own", async () => {
    const other = newId();
    const facts = [world.tenantId, other].flatMap((tenantId) =>
      grantFactsFor(tenantId, { couponId: newId(), channelId: newId() }, [newId(), newId(), newId()]),
    );
    await world.namespace.produceAll('targeting.grant.v1', facts);
    const [ours, theirs] = [facts[0]?.data.couponId ?? '', facts[3]?.data.couponId ?? ''];
    await eventually(async () => {
      expect([await countOf('user_grant', ours), await countOf('user_grant', theirs, other)]).toEqual([3, 3]);
    });
    expect(await countOf('user_grant', theirs)).toBe(0);
  });
});
