import { describe, expect, it } from '@jest/globals';
import { type Facts, violationsIn } from './checks.js';
import { type Call, History } from './history.js';
import { shortestStory } from './story.js';

const couponId = 'coupon';

function aCall(over: Partial<Call> = {}): Call {
  return {
    key: 'k1',
    userId: 'ana',
    couponId,
    process: 'http://127.0.0.1:4001',
    sent: 90,
    answered: 120,
    status: 201,
    code: 'accepted',
    redemptionId: 'r1',
    ...over,
  };
}

const refused = { status: 409, code: 'sold_out', redemptionId: null };
const redemption = { redemptionId: 'r1', couponId, userId: 'ana', at: 100, voided: false, counts: true };

/** One redemption by Ana of a coupon with one unit; Bo came too late. */
const well: Facts = {
  coupons: [{ couponId, redeemed: 1, max: 1, finished: true, perUserCap: 1, cooldownMs: 1_000 }],
  redemptions: [redemption],
  uses: [{ couponId, userId: 'ana', uses: 1 }],
  purses: [{ userId: 'ana', pointNameId: 'beans', balance: 5, ledger: 5 }],
  wrongBookings: [],
  events: [
    { name: 'redeemed', eventId: 'e1', subjectId: 'r1', stock: null },
    // Published twice: one event in effect.
    { name: 'redeemed', eventId: 'e1', subjectId: 'r1', stock: null },
    { name: 'coupon-exhausted', eventId: 'e2', subjectId: couponId, stock: null },
  ],
  calls: [
    aCall({ sent: 80, answered: 0, status: 0, code: 'no answer', redemptionId: null }),
    aCall(),
    aCall({ sent: 130, answered: 140 }),
    aCall({ key: 'k2', userId: 'bo', ...refused }),
  ],
  clockWasMoved: false,
};

const second = { ...redemption, redemptionId: 'r2', at: 200 };
const twice: Partial<Facts> = {
  redemptions: [redemption, second],
  events: [...well.events, { name: 'redeemed', eventId: 'e3', subjectId: 'r2', stock: null }],
};

const broken: [string, Partial<Facts>, RegExp][] = [
  [
    'a unit too many',
    { coupons: well.coupons.map((one) => ({ ...one, redeemed: 2 })), ...twice },
    /2 of 1 units/,
  ],
  [
    'a count that is off',
    { coupons: well.coupons.map((one) => ({ ...one, redeemed: 0 })) },
    /redeemed says 0, 1/,
  ],
  ['uses that are off', { uses: [{ couponId, userId: 'ana', uses: 2 }] }, /uses say 2, 1/],
  ['a user above their cap', twice, /2 redemptions of 1/],
  ['a cooldown not kept', twice, /closer than 1000 ms/],
  [
    'two redemptions for one key',
    { ...twice, calls: [aCall(), aCall({ redemptionId: 'r2' })] },
    /told of 2 redemptions/,
  ],
  [
    'an answer without a redemption',
    { calls: [aCall(), aCall({ key: 'k3', redemptionId: 'r9' })] },
    /has no redemption/,
  ],
  ["somebody else's redemption", { calls: [aCall({ userId: 'bo' })] }, /has no redemption/],
  ['a redemption that nobody was told of', { calls: [] }, /nobody was told of redemption r1/],
  ['a no after the yes', { calls: [aCall(), aCall({ sent: 121, ...refused })] }, /then told "sold_out"/],
  [
    'a no between the decision and its answer',
    { calls: [aCall({ answered: 500 }), aCall({ sent: 101, answered: 110, ...refused })] },
    /then told "sold_out"/,
  ],
  [
    'a key that is called used when its own request comes again',
    { calls: [aCall(), aCall({ sent: 121, ...refused, status: 422, code: 'idempotency_key_reused' })] },
    /then told "idempotency_key_reused"/,
  ],
  ['an untold redemption', { events: well.events.slice(2) }, /0 redeemed events/],
  [
    'two events of one redemption',
    { events: [...well.events, { name: 'redeemed', eventId: 'e9', subjectId: 'r1', stock: null }] },
    /2 redeemed/,
  ],
  ['an untold exhaustion', { events: well.events.slice(0, 2) }, /0 exhausted events/],
  [
    'a void that was not told',
    { redemptions: [{ ...redemption, voided: true }] },
    /voided events and voids differ/,
  ],
  [
    'a price that was taken twice',
    { wrongBookings: [{ redemptionId: 'r1', userId: 'ana', says: '2 entries of its price' }] },
    /r1: 2 entries of its price/,
  ],
  [
    'a fact that tells of too many',
    {
      events: [
        ...well.events,
        { name: 'redeemed', eventId: 'e1', subjectId: 'r1', stock: { redeemed: 2, max: 1 } },
      ],
    },
    /tells of 2 of 1/,
  ],
  [
    'a negative balance',
    { purses: [{ userId: 'ana', pointNameId: 'beans', balance: -1, ledger: -1 }] },
    /balance of -1/,
  ],
  [
    'a ledger that is off',
    { purses: [{ userId: 'ana', pointNameId: 'beans', balance: 5, ledger: 4 }] },
    /ledger of 4/,
  ],
];

describe('the checks of a history', () => {
  it('find nothing where all is well', () => {
    expect(violationsIn(well).map(({ what }) => what)).toEqual([]);
  });

  it('let a refusal pass that came before the acceptance', () => {
    const calls = [aCall({ sent: 50, answered: 60, ...refused }), aCall()];
    expect(violationsIn({ ...well, calls })).toEqual([]);
  });

  it.each(broken)('find %s', (_, facts, what) => {
    expect(
      violationsIn({ ...well, ...facts })
        .map((one) => one.what)
        .join('\n'),
    ).toMatch(what);
  });
});

describe('the story of a violation', () => {
  it('tells what was done and the calls that it concerns, in order, and no others', () => {
    const history = new History('story');
    history.calls.push(
      aCall({ sent: 1_000, answered: 1_050 }),
      aCall({ key: 'k2', userId: 'bo', sent: 1_010 }),
    );
    history.notes.push({ at: 1_020, says: 'FLUSHALL' });
    const told = shortestStory([{ what: 'it broke', concerns: ({ key }) => key === 'k1' }], history);
    expect(told.split('\n').slice(0, 4)).toEqual([
      'it broke',
      '       0 ms -> :4001 key k1 of user ana',
      '      20 ms           FLUSHALL',
      '      50 ms <- :4001 key k1 of user ana: accepted 201 r1',
    ]);
  });
});
