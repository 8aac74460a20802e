import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CouponStock, CouponView } from '#contracts';
import {
  accountFact,
  aCashier,
  aChannel,
  anAccount,
  aProgrammeChange,
  aStore,
  cashierFact,
  channelFact,
  eventually,
  newId,
  programmeChangeFact,
  storeFact,
} from '#testkit';
import { type AnyFact, CatalogWorld, inMinutes, type Owner, partnerOf } from '../../test/catalog-world.js';

let world: CatalogWorld;
let owner: Owner;
beforeAll(async () => {
  world = await CatalogWorld.start();
  owner = await world.owner();
}, 120_000);
afterAll(() => world.stop());

function dueFact(
  coupon: { couponId: string },
  kind: 'start' | 'end',
  dueAt: string | null,
  id = newId(),
): AnyFact {
  const { couponId } = coupon;
  return {
    topic: 'scheduler.due.v1',
    name: `coupon-${kind}-due`,
    tenantId: owner.tenantId,
    key: couponId,
    subject: `coupon/${couponId}`,
    data: { couponId, dueAt: dueAt ?? '' },
    id,
  };
}

function stockFact(coupon: CouponView, stock: CouponStock, userRedemptions = 1): AnyFact {
  const redemptionId = newId();
  return {
    topic: 'redemption.redemption.v1',
    name: 'redeemed',
    tenantId: owner.tenantId,
    key: redemptionId,
    subject: `redemption/${redemptionId}`,
    data: {
      redemptionId,
      couponId: coupon.couponId,
      couponVersion: coupon.version,
      couponType: 'click',
      channelId: coupon.channelId,
      userId: newId(),
      redeemedAt: new Date().toISOString(),
      userRedemptions,
      stock,
    },
  };
}

function voidFact({ couponId, channelId }: CouponView, stock: CouponStock, userRedemptions = 0): AnyFact {
  const redemptionId = newId();
  const at = new Date().toISOString();
  return {
    topic: 'redemption.redemption.v1',
    name: 'voided',
    tenantId: owner.tenantId,
    key: redemptionId,
    subject: `redemption/${redemptionId}`,
    data: {
      redemptionId,
      couponId,
      channelId,
      userId: newId(),
      voidedAt: at,
      voidedBy: newId(),
      redeemedAt: at,
      userRedemptions,
      storeId: null,
      cashierId: null,
      returned: {},
      stock,
    },
  };
}

function exhaustedFact({ couponId }: { couponId: string }, stock: CouponStock): AnyFact {
  return {
    topic: 'redemption.coupon-exhausted.v1',
    name: 'coupon-exhausted',
    tenantId: owner.tenantId,
    key: couponId,
    subject: `coupon/${couponId}`,
    data: { couponId, exhaustedAt: new Date().toISOString(), stock },
  };
}

/** The answer to a request that is not known here: what it says of the stock counts all the same. */
function capFact({ couponId }: { couponId: string }, stock: CouponStock): AnyFact {
  const requestId = newId();
  return {
    topic: 'redemption.cap.v1',
    name: 'cap-applied',
    tenantId: owner.tenantId,
    key: couponId,
    subject: `cap-request/${requestId}`,
    data: { requestId, couponId, maxRedemptions: stock.max, decidedAt: new Date().toISOString(), stock },
  };
}

function appliedFact({ couponId }: { couponId: string }, version: number): AnyFact {
  return {
    topic: 'redemption.coupon-applied.v1',
    name: 'coupon-applied',
    tenantId: owner.tenantId,
    key: couponId,
    subject: `coupon/${couponId}`,
    revision: version,
    data: { couponId, version, appliedAt: new Date().toISOString() },
  };
}

async function becomes(coupon: CouponView, expected: Partial<CouponView>): Promise<CouponView> {
  return eventually(async () => {
    const read = await world.read(owner, coupon.couponId);
    expect(read).toMatchObject(expected);
    return read;
  });
}

describe('a start that is due', () => {
  it('makes the coupon active, once, and says who did it', async () => {
    const coupon = await world.published(owner, { startAt: inMinutes(60) });
    const id = newId();
    await world.produce(dueFact(coupon, 'start', coupon.startAt, id));
    await world.produce(dueFact(coupon, 'start', coupon.startAt, id));
    await world.told(dueFact(coupon, 'start', coupon.startAt));
    await becomes(coupon, { status: 'active', version: 3 });
    await world.snapshotAt(coupon.couponId, 3);
    expect(world.snapshots(coupon.couponId).map(({ status }) => status)).toEqual(['scheduled', 'active']);
    const [, , last, ...more] = await world.audit(owner, coupon.couponId);
    expect(more).toEqual([]);
    expect(last).toMatchObject({
      action: 'coupon-start-due',
      actorKind: 'fact',
      actorId: id,
      before: { status: 'scheduled' },
      after: { status: 'active' },
    });
  });

  it('changes nothing when it stands for an instant before the start', async () => {
    const coupon = await world.published(owner, { startAt: inMinutes(60) });
    await world.told(dueFact(coupon, 'start', inMinutes(59)));
    expect(await world.read(owner, coupon.couponId)).toMatchObject({ status: 'scheduled', version: 2 });
  });
});

describe('an end that is due', () => {
  it.each(['active', 'disabled'])('finishes a coupon that is %s', async (status) => {
    const coupon = await world.published(owner, { endAt: inMinutes(60) });
    if (status === 'disabled') await world.act(owner, coupon.couponId, 'disable');
    await world.produce(dueFact(coupon, 'end', coupon.endAt));
    await becomes(coupon, { status: 'finished', finishedReason: 'end_date' });
  });

  it('changes nothing once the end has been moved later', async () => {
    const coupon = await world.published(owner, { endAt: inMinutes(60) });
    await world.database.rows(owner.tenantId, 'UPDATE coupon SET end_at = $2 WHERE coupon_id = $1', [
      coupon.couponId,
      inMinutes(120),
    ]);
    await world.told(dueFact(coupon, 'end', coupon.endAt));
    expect(await world.read(owner, coupon.couponId)).toMatchObject({ status: 'active', version: 2 });
  });

  it('leaves an archived coupon archived', async () => {
    const coupon = await world.published(owner, { endAt: inMinutes(60) });
    await world.act(owner, coupon.couponId, 'archive');
    await world.told(dueFact(coupon, 'end', coupon.endAt));
    expect(await world.read(owner, coupon.couponId)).toMatchObject({
      finishedReason: 'archived',
      version: 3,
    });
  });
});

describe('what redemption tells', () => {
  it('shows as redeemed of max: the highest revision stands, in whatever order they come', async () => {
    const coupon = await world.published(owner, { maxRedemptions: 100 });
    const stock = (redeemed: number) => ({ redeemed, max: 100, finished: false, revision: redeemed + 1 });
    for (const redeemed of [3, 9, 1, 8, 2]) await world.produce(stockFact(coupon, stock(redeemed)));
    await becomes(coupon, { redeemed: 9, maxRedemptions: 100 });
    const last = await world.produce(stockFact(coupon, stock(4)));
    await eventually(async () => {
      const { rows } = await world.database
        .ownerPool()
        .query('SELECT FROM inbox WHERE event_id = $1', [last]);
      expect(rows).toHaveLength(1);
    });
    expect(await world.read(owner, coupon.couponId)).toMatchObject({ redeemed: 9, version: coupon.version });
  });

  it('does not wait for the row of the stock when it is stale', async () => {
    const coupon = await world.published(owner, { maxRedemptions: 100 });
    const stock = (redeemed: number) => ({ redeemed, max: 100, finished: false, revision: redeemed + 1 });
    await world.told(stockFact(coupon, stock(5)));
    const other = await world.database.ownerPool().connect();
    try {
      await other.query('BEGIN');
      await other.query("SELECT set_config('octopus.tenant_id', $1, true)", [owner.tenantId]);
      const held = await other.query('SELECT FROM coupon_usage WHERE coupon_id = $1 FOR UPDATE', [
        coupon.couponId,
      ]);
      expect(held.rowCount).toBe(1);
      // Of people who had redeemed it before: first uses are counted, however late they come.
      for (const redeemed of [4, 5]) await world.told(stockFact(coupon, stock(redeemed), 2));
    } finally {
      await other.query('ROLLBACK');
      other.release();
    }
    expect(await world.read(owner, coupon.couponId)).toMatchObject({ redeemed: 5 });
  });

  it('counts a redemption that was taken back no more, and takes no older stock for news', async () => {
    const coupon = await world.published(owner, { maxRedemptions: 100 });
    const stock = (redeemed: number, revision: number) => ({ redeemed, max: 100, finished: false, revision });
    await world.told(stockFact(coupon, stock(9, 10)));
    await world.told(voidFact(coupon, stock(8, 11)));
    expect(await world.read(owner, coupon.couponId)).toMatchObject({ redeemed: 8 });
    await world.told(stockFact(coupon, stock(9, 10)));
    expect(await world.read(owner, coupon.couponId)).toMatchObject({ redeemed: 8, version: coupon.version });
  });

  it('counts each user once, however often and in whatever order the facts come', async () => {
    const coupon = await world.published(owner);
    const stock = (revision: number) => ({ redeemed: revision, max: null, finished: false, revision });
    // Two people: one redeems, redeems again and has both voided but then comes back; the other redeems and is voided.
    const facts = [
      stockFact(coupon, stock(1), 1),
      stockFact(coupon, stock(2), 2),
      voidFact(coupon, stock(3), 1),
      voidFact(coupon, stock(4), 0),
      stockFact(coupon, stock(5), 1),
      stockFact(coupon, stock(6), 1),
      voidFact(coupon, stock(7), 0),
    ].map((fact) => ({ ...fact, id: newId() }));
    for (const fact of [...facts].reverse()) await world.produce(fact);
    for (const fact of [...facts, ...facts]) await world.told(fact);
    await becomes(coupon, { uniqueUsers: 1, redeemed: 7 });
  });

  it('finishes an exhausted coupon and publishes that', async () => {
    const coupon = await world.published(owner, { maxRedemptions: 2 });
    await world.produce(exhaustedFact(coupon, { redeemed: 2, max: 2, finished: true, revision: 3 }));
    await becomes(coupon, { status: 'finished', finishedReason: 'max_redemptions', redeemed: 2, version: 3 });
    expect(await world.snapshotAt(coupon.couponId, 3)).toMatchObject({
      status: 'finished',
      finishedReason: 'max_redemptions',
    });
  });

  it('shows an edit as taking effect until redemption decides on it', async () => {
    const coupon = await world.published(owner);
    await world.act(owner, coupon.couponId, 'disable');
    await world.told(appliedFact(coupon, 2));
    await becomes(coupon, { takingEffect: true, version: 3 });
    await world.told(appliedFact(coupon, 3));
    await becomes(coupon, { takingEffect: false });
    await world.told(appliedFact(coupon, 2));
    await becomes(coupon, { takingEffect: false });
    await world.act(owner, coupon.couponId, 'enable');
    await becomes(coupon, { takingEffect: true, version: 4 });
  });
});

describe('a channel fact', () => {
  it('replaces an older one and is ignored after a newer one', async () => {
    const channel = aChannel({ name: 'Second' });
    const facts = [2, 3, 1].map((revision) =>
      channelFact(owner.tenantId, { ...channel, name: `Revision ${revision}` }, revision),
    );
    for (const fact of facts) await world.produce(fact);
    await eventually(async () => {
      const rows = await world.database.rows(
        owner.tenantId,
        'SELECT name, revision FROM channel WHERE channel_id = $1',
        [channel.channelId],
      );
      expect(rows).toEqual([{ name: 'Revision 3', revision: '3' }]);
    });
    const last = await world.produce(channelFact(owner.tenantId, { ...channel, name: 'Late' }, 2));
    await eventually(async () => {
      const { rows } = await world.database
        .ownerPool()
        .query('SELECT FROM inbox WHERE event_id = $1', [last]);
      expect(rows).toHaveLength(1);
    });
    expect(
      await world.database.rows(owner.tenantId, 'SELECT name FROM channel WHERE channel_id = $1', [
        channel.channelId,
      ]),
    ).toEqual([{ name: 'Revision 3' }]);
  });
});

describe('what cannot be handled', () => {
  it.each([
    'platform.channel.v1',
    'platform.partner.v1',
    'platform.loyalty.v1',
    'redemption.cap.v1',
    'scheduler.due.v1',
    'redemption.redemption.v1',
    'redemption.coupon-exhausted.v1',
    'redemption.coupon-applied.v1',
  ] as const)('on %s goes to the dead letters, and the partition goes on', async (topic) => {
    const deadLetters = await world.namespace.collect('catalog.dead-letter.v1');
    const before = deadLetters.length;
    const poisons = [0, 1].map((partition) => ({
      raw: { key: newId(), value: '{not json', headers: { ce_id: newId() }, partition },
    }));
    for (const poison of poisons) await world.namespace.produce(topic, poison);
    await eventually(() => expect(deadLetters).toHaveLength(before + 2));
    const coupon = await world.published(owner, { startAt: inMinutes(30), endAt: inMinutes(60) });
    const stock = { redeemed: 7, max: null, finished: true, revision: 8 };
    const goesOn = {
      'platform.channel.v1': () => world.owner([{}], owner.tenantId),
      'platform.partner.v1': () =>
        world.told(accountFact(owner.tenantId, anAccount({ partnerId: partnerOf(owner) }))),
      'platform.loyalty.v1': () => world.programme(owner),
      'redemption.cap.v1': async () => {
        await world.produce(capFact(coupon, { ...stock, max: 9 }));
        await becomes(coupon, { maxRedemptions: 9 });
      },
      'scheduler.due.v1': async () => {
        await world.produce(dueFact(coupon, 'start', coupon.startAt));
        await becomes(coupon, { status: 'active' });
      },
      'redemption.redemption.v1': async () => {
        await world.produce(stockFact(coupon, stock));
        await becomes(coupon, { redeemed: 7 });
      },
      'redemption.coupon-exhausted.v1': async () => {
        await world.produce(exhaustedFact(coupon, stock));
        await becomes(coupon, { status: 'finished' });
      },
      'redemption.coupon-applied.v1': async () => {
        await world.produce(appliedFact(coupon, 2));
        await becomes(coupon, { takingEffect: false });
      },
    };
    await goesOn[topic]();
  });

  it('does not include facts about coupons that are not here: they are read and forgotten', async () => {
    const deadLetters = await world.namespace.collect('catalog.dead-letter.v1');
    const before = deadLetters.length;
    const unknown = { couponId: newId() };
    const stock = { redeemed: 1, max: 1, finished: true, revision: 2 };
    const ids = [
      await world.produce(dueFact(unknown, 'end', inMinutes(-1))),
      await world.produce(exhaustedFact(unknown, stock)),
      await world.produce(appliedFact(unknown, 2)),
    ];
    await eventually(async () => {
      const { rows } = await world.database
        .ownerPool()
        .query('SELECT FROM inbox WHERE event_id = ANY ($1)', [ids]);
      expect(rows).toHaveLength(3);
    });
    expect(deadLetters).toHaveLength(before);
  });

  it.each([
    ['a channel', () => channelFact(owner.tenantId, aChannel())],
    ['an account', () => accountFact(owner.tenantId, anAccount())],
    ['a store', () => storeFact(owner.tenantId, aStore())],
    ['a cashier', () => cashierFact(owner.tenantId, aCashier())],
    ['a programme', () => programmeChangeFact(owner.tenantId, aProgrammeChange())],
  ])('includes a fact about %s without a revision', async (_, make) => {
    const deadLetters = await world.namespace.collect('catalog.dead-letter.v1');
    const before = deadLetters.length;
    const { revision: __, ...fact } = make();
    await world.produce(fact);
    await eventually(() => expect(deadLetters).toHaveLength(before + 1));
  });
});
