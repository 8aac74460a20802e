import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  aCashier,
  aChannelSnapshot,
  aCoupon,
  aPartnerProfile,
  aPointName,
  aProgramme,
  aStore,
  aTrigger,
  cashierFact,
  channelSnapshotFact,
  couponFact,
  newId,
  partnerFact,
  pointNameFact,
  programmeFact,
  storeFact,
  triggerFact,
} from '#testkit';
import { PointsWorld } from '../../test/points-world.js';

let points: PointsWorld;
let tenantId: string;
beforeAll(async () => {
  points = await PointsWorld.start();
  tenantId = points.tenantId;
});
afterAll(() => points?.stop());

describe('the directory', () => {
  const partnerId = newId();
  const channel = aChannelSnapshot({ partnerId });
  const profile = aPartnerProfile({ partnerId });
  const programme = aProgramme({
    partnerId,
    earningActions: [{ actionId: newId(), name: 'Visit', pointNameId: newId(), points: '10' }],
  });
  const coin = aPointName({ partnerId });
  const token = aPointName({ partnerId, programmeId: programme.programmeId });
  const store = aStore({ partnerId });
  const cashier = aCashier({
    partnerId,
    storeIds: [store.storeId],
    pointsGrant: { perGrant: '9223372036854775807', perDay: '9223372036854775807' },
  });

  it('is taken over from the facts about it', async () => {
    await points.produce(
      channelSnapshotFact(tenantId, channel, 3),
      partnerFact(tenantId, profile, 3),
      programmeFact(tenantId, programme, 3),
      pointNameFact(tenantId, coin, 3),
      pointNameFact(tenantId, token, 3),
      storeFact(tenantId, store, 3),
      cashierFact(tenantId, cashier, 3),
    );
    expect(await points.rows('SELECT partner_id, active, removed, revision FROM channel')).toEqual([
      { partner_id: partnerId, active: true, removed: false, revision: '3' },
    ]);
    expect(await points.rows('SELECT partner_id, active FROM partner')).toEqual([
      { partner_id: partnerId, active: true },
    ]);
    expect(await points.rows('SELECT earning_actions FROM programme')).toEqual([
      { earning_actions: programme.earningActions },
    ]);
    const names = await points.rows('SELECT point_name_id, programme_id, name FROM point_name ORDER BY 1');
    expect(names).toEqual([
      { point_name_id: coin.pointNameId, programme_id: null, name: 'coin' },
      { point_name_id: token.pointNameId, programme_id: programme.programmeId, name: 'coin' },
    ]);
    expect(await points.rows('SELECT store_id, name FROM store')).toEqual([
      { store_id: store.storeId, name: 'Ilica 1' },
    ]);
    expect(await points.rows('SELECT store_ids, grant_at_once, grant_per_day FROM cashier')).toEqual([
      {
        store_ids: [store.storeId],
        grant_at_once: '9223372036854775807',
        grant_per_day: '9223372036854775807',
      },
    ]);
  });

  it('is not changed by facts that are no newer', async () => {
    const before = await everything();
    await points.produce(
      channelSnapshotFact(tenantId, { ...channel, status: 'draft' }, 3),
      partnerFact(tenantId, { ...profile, active: false }, 2),
      programmeFact(tenantId, { ...programme, name: 'Older' }, 2),
      pointNameFact(tenantId, { ...coin, name: 'older' }, 2),
      storeFact(tenantId, { ...store, name: 'Older' }, 2),
      cashierFact(tenantId, { ...cashier, storeIds: [] }, 2),
    );
    expect(await everything()).toEqual(before);
  });

  it('keeps what is removed as a tombstone, which an older fact cannot wake', async () => {
    await points.produce(
      channelSnapshotFact(tenantId, { ...channel, removed: true }, 5),
      partnerFact(tenantId, { ...profile, removed: true }, 5),
      programmeFact(tenantId, { ...programme, removed: true }, 5),
      pointNameFact(tenantId, { ...coin, removed: true }, 5),
      storeFact(tenantId, { ...store, removed: true }, 5),
      cashierFact(tenantId, { ...cashier, removed: true }, 5),
      channelSnapshotFact(tenantId, channel, 4),
      partnerFact(tenantId, profile, 4),
      programmeFact(tenantId, programme, 4),
      pointNameFact(tenantId, coin, 4),
      storeFact(tenantId, store, 4),
      cashierFact(tenantId, cashier, 4),
    );
    for (const table of ['channel', 'partner'])
      expect(await points.rows(`SELECT active, removed FROM ${table}`)).toEqual([
        { active: false, removed: true },
      ]);
    for (const table of ['programme', 'store', 'cashier'])
      expect(await points.rows(`SELECT removed FROM ${table}`)).toEqual([{ removed: true }]);
    expect(await points.rows('SELECT removed FROM point_name WHERE programme_id IS NULL')).toEqual([
      { removed: true },
    ]);
  });

  it('leaves an account alone that the platform tells of: catalog says whether it is suspended', async () => {
    const before = await everything();
    await points.produce({
      topic: 'platform.partner.v1',
      name: 'partner-changed',
      tenantId,
      key: partnerId,
      subject: `partner/${partnerId}`,
      revision: 9,
      data: { partnerId, name: 'Café Central', active: true },
    });
    expect(await everything()).toEqual(before);
  });

  it('does not take a fact without a revision', async () => {
    const { revision: _, ...fact } = storeFact(tenantId, aStore());
    const eventIds = await points.produce(fact);
    expect(await points.deadLetters(eventIds)).toEqual([expect.stringContaining('carries no ce_revision')]);
  });

  function everything() {
    return points.rows(
      `SELECT (SELECT json_agg(t) FROM channel t) AS channel, (SELECT json_agg(t) FROM partner t) AS partner,
              (SELECT json_agg(t) FROM programme t) AS programme, (SELECT json_agg(t) FROM point_name t) AS point_name,
              (SELECT json_agg(t) FROM store t) AS store, (SELECT json_agg(t) FROM cashier t) AS cashier`,
    );
  }
});

describe('a trigger', () => {
  const trigger = aTrigger({
    method: 'PUT',
    headers: [{ name: 'Authorization', value: 'Bearer {{secret.provisioning-token}}' }],
    bodyTemplate: '{"subscriber":"{{user.id}}"}',
    partnerIds: [newId()],
  });
  const kept = () =>
    points.rows(
      `SELECT method, url, headers, body_template, signing_key, timeout_ms, max_attempts, removed, revision::int
       FROM trigger WHERE trigger_id = '${trigger.triggerId}'`,
    );
  const row = {
    method: 'PUT',
    url: trigger.url,
    headers: trigger.headers,
    body_template: '{"subscriber":"{{user.id}}"}',
    signing_key: 'provisioning',
    timeout_ms: 5_000,
    max_attempts: 8,
    removed: false,
    revision: 1,
  };

  it('is kept as it is to be called, and follows its changes', async () => {
    await points.produce(triggerFact(tenantId, trigger, 1));
    expect(await kept()).toEqual([row]);
    const url = 'https://provisioning.example.com/v2';
    const changed = { ...trigger, url, method: 'DELETE' as const, headers: [], bodyTemplate: null };
    const after = { ...row, url, method: 'DELETE', headers: [], body_template: null };
    await points.produce(
      triggerFact(tenantId, { ...changed, signingKey: 'other', timeoutMs: 100, maxAttempts: 1 }, 3),
      triggerFact(tenantId, { ...trigger, url: 'https://older.example.com/' }, 2),
    );
    const last = { ...after, signing_key: 'other', timeout_ms: 100, max_attempts: 1, revision: 3 };
    expect(await kept()).toEqual([last]);
    await points.produce(
      triggerFact(tenantId, { ...trigger, removed: true }, 5),
      triggerFact(tenantId, trigger, 4),
    );
    expect(await kept()).toEqual([{ ...row, removed: true, revision: 5 }]);
  });

  it('told before it said how it is called is posted without headers or a template', async () => {
    const { method: _, headers: __, bodyTemplate: ___, ...older } = trigger;
    await points.produce(triggerFact(tenantId, older, 6));
    expect(await kept()).toEqual([{ ...row, method: 'POST', headers: [], body_template: null, revision: 6 }]);
  });
});

describe('the next redemption', () => {
  it('sees a channel that is a draft again, and an account that is suspended', async () => {
    const coupon = await points.world.coupon();
    const { couponId, channelId } = coupon;
    const partnerId = coupon.partnerId ?? '';
    const users = await points.world.followersOf(coupon, 5);
    const redeem = async () => {
      const { status, body } = await points.world.redeem(points.replica, {
        couponId,
        userId: users.pop() ?? '',
      });
      return status === 201 ? 'accepted' : body.code;
    };
    expect(await redeem()).toBe('accepted');
    const channel = aChannelSnapshot({ channelId, partnerId });
    await points.produce(channelSnapshotFact(tenantId, { ...channel, status: 'draft' }, 1));
    expect(await redeem()).toBe('channel_inactive');
    await points.produce(channelSnapshotFact(tenantId, channel, 2));
    expect(await redeem()).toBe('accepted');
    await points.produce(partnerFact(tenantId, aPartnerProfile({ partnerId, active: false }), 1));
    expect(await redeem()).toBe('partner_suspended');
    await points.produce(partnerFact(tenantId, aPartnerProfile({ partnerId }), 2));
    expect(await redeem()).toBe('accepted');
  });
});

describe('a coupon whose trigger has no account that owns its calls', () => {
  it('is buried with the reason, and taken over once it has one', async () => {
    const terms = { trigger: { triggerId: newId(), cost: null } };
    const coupon = aCoupon({ partnerId: null, terms });
    const eventIds = await points.produce(couponFact(tenantId, coupon));
    expect(await points.deadLetters(eventIds)).toEqual([
      expect.stringContaining(
        `coupon ${coupon.couponId} in version ${coupon.version} has a trigger and no partnerId`,
      ),
    ]);
    const versions = () => points.rows('SELECT version FROM coupon WHERE coupon_id = $1', [coupon.couponId]);
    expect(await versions()).toEqual([]);
    const version = coupon.version + 1;
    await points.produce(couponFact(tenantId, { ...coupon, version, partnerId: newId() }));
    expect(await versions()).toEqual([{ version }]);
  });
});
