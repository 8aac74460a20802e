import { describe, expect, it } from '@jest/globals';
import { sampleIds } from '#contracts';
import { couponIn, draftCoupon, minutes, noon, surroundings } from '../../test/sample-coupons.js';
import type { Coupon } from './coupon.js';
import { problemsAfterPublication, problemsToPublish } from './publish-checks.js';
import type { KnownPointName, Surroundings } from './surroundings.js';

const ids = {
  standalone: '01980a5e-7c00-7000-8000-0000000000a1',
  token: '01980a5e-7c00-7000-8000-0000000000a2',
  star: '01980a5e-7c00-7000-8000-0000000000a3',
  mile: '01980a5e-7c00-7000-8000-0000000000a4',
  unknown: '01980a5e-7c00-7000-8000-0000000000a5',
  otherPartner: '01980a5e-7c00-7000-8000-0000000000a6',
  club: '01980a5e-7c00-7000-8000-0000000000a7',
  airline: '01980a5e-7c00-7000-8000-0000000000a8',
};

function pointName(pointNameId: string, fields: Partial<KnownPointName> = {}): KnownPointName {
  const own = { partnerId: sampleIds.partner, programmeId: null, name: 'coin', removed: false };
  return { pointNameId, ...own, ...fields };
}

/** Token and star are of one programme, mile is of another. */
const pointNames = [
  pointName(ids.standalone),
  pointName(ids.token, { programmeId: ids.club }),
  pointName(ids.star, { programmeId: ids.club }),
  pointName(ids.mile, { programmeId: ids.airline }),
];

const costing = (pointNameId: string) => ({ pointNameId, amount: '100' });
const hours = (amount: number) => ({ amount, unit: 'hours' }) as const;

const club = {
  programmeId: ids.club,
  partnerId: sampleIds.partner,
  levelIds: [sampleIds.level],
  removed: false,
};
const removedClub = { ...club, removed: true };

/** What keeps the draft from being published, each with its pointer. */
function messages(draft: Partial<Coupon>, around: Partial<Surroundings> = {}): [string, string][] {
  const errors = problemsToPublish(draftCoupon(draft), surroundings({ pointNames, ...around }), noon);
  return errors.map(({ pointer, message }) => [pointer, message]);
}

/** Pointers of what keeps the draft from being published. */
function pointers(draft: Partial<Coupon>, around: Partial<Surroundings> = {}): string[] {
  return messages(draft, around).map(([pointer]) => pointer);
}

describe('the image (D4)', () => {
  const { imageId } = draftCoupon();
  it.each([
    ['none', null, null, 'is required to publish'],
    [
      'one whose files are gone',
      imageId,
      { imageId: imageId ?? '', isKnown: true, isWhole: false },
      'upload the image once more',
    ],
    [
      'another than was looked at',
      imageId,
      { imageId: ids.unknown, isKnown: true, isWhole: true },
      'changed meanwhile',
    ],
    ['one that nobody has looked at', imageId, null, 'changed meanwhile'],
  ])('that is missing: %s', (_, has, image, message) => {
    expect(messages({ imageId: has }, { image })).toEqual([['/imageId', expect.stringContaining(message)]]);
  });
});

describe('levels (U6)', () => {
  it.each([
    ['none', null, [], []],
    ['one of the own programme', ids.club, [sampleIds.level], []],
    ['one of another', ids.club, [sampleIds.level, ids.unknown], ['/levelIds/1']],
    ['one without a programme', null, [sampleIds.level], ['/levelIds']],
  ])('%s', (_, programmeId, levelIds, expected) => {
    expect(pointers({ programmeId, levelIds }, { programmes: [club] })).toEqual(expected);
  });
});

describe('the time limit (D10)', () => {
  it.each([
    [null, []],
    [2, []],
    [1, ['/timeLimit']],
  ])('with a cap per user of %j', (maxRedemptionsPerUser, expected) => {
    expect(pointers({ timeLimit: hours(1), maxRedemptionsPerUser })).toEqual(expected);
  });

  it('may be missing where a user may redeem once', () => {
    expect(pointers({ timeLimit: null, maxRedemptionsPerUser: 1 })).toEqual([]);
  });
});

describe('the reminder (D14)', () => {
  const reminder = (daysBefore: number) => ({ daysBefore, text: 'Until {{valid.until}}' });

  it.each([
    ['neither end nor validity', {}, ['/reminder']],
    ['an end', { endAt: minutes(60) }, []],
    ['a validity of as many days', { validity: { amount: 3, unit: 'days' } }, ['/reminder/daysBefore']],
    ['a validity of a minute more', { validity: { amount: 4321, unit: 'minutes' } }, []],
    [
      'an end and too short a validity',
      { endAt: minutes(60), validity: hours(72) },
      ['/reminder/daysBefore'],
    ],
  ] as const)('three days before, with %s', (_, fields, expected) => {
    expect(pointers({ reminder: reminder(3), ...fields })).toEqual(expected);
  });

  it('keeps the end from being removed while it depends on it', () => {
    const out = { ...couponIn('active', { reminder: reminder(3) }), endAt: null };
    expect(problemsAfterPublication(out, noon)).toMatchObject([{ pointer: '/reminder' }]);
  });
});

describe('an automatic coupon (T5)', () => {
  it.each([
    ['nothing', {}, ['/maxRedemptionsPerUser']],
    ['a cap per user', { maxRedemptionsPerUser: 1 }, []],
    ['a time limit', { timeLimit: hours(1) }, []],
    ['both', { maxRedemptionsPerUser: 2, timeLimit: hours(1) }, []],
  ])('that is limited by %s', (_, limits, expected) => {
    const draft = { type: 'auto', maxRedemptionsPerUser: null, timeLimit: null, ...limits } as const;
    expect(pointers(draft)).toEqual(expected);
  });

  it.each(['qr', 'time_based', 'click'] as const)('is the only one that needs a limit: not %s', (type) => {
    expect(pointers({ type, maxRedemptionsPerUser: null })).toEqual([]);
  });

  it.each([
    ['auto', true, true, []],
    ['auto', true, false, ['/pointsTakenAutomatically']],
    ['auto', false, false, []],
    ['click', true, false, []],
  ] as const)('type %s, priced: %j, confirmed: %j', (type, priced, pointsTakenAutomatically, expected) => {
    const price = priced ? costing(ids.standalone) : null;
    expect(pointers({ type, price, pointsTakenAutomatically })).toEqual(expected);
  });
});

describe('the price (D11)', () => {
  it.each([ids.standalone, ids.token])('may be in any point name of the own account: %s', (pointNameId) => {
    expect(pointers({ price: costing(pointNameId) })).toEqual([]);
  });

  it.each([
    ['unknown', []],
    ["another account's", [pointName(ids.unknown, { partnerId: ids.otherPartner })]],
    ['withdrawn', [pointName(ids.unknown, { removed: true })]],
  ])('may not be in a point name that is %s', (_, known) => {
    expect(pointers({ price: costing(ids.unknown) }, { pointNames: known })).toEqual(['/price/pointNameId']);
  });

  it('may not be in a point name whose loyalty programme was removed', () => {
    expect(messages({ price: costing(ids.token) }, { programmes: [removedClub] })).toEqual([
      ['/price/pointNameId', 'the loyalty programme of the point name "coin" was removed'],
    ]);
    expect(pointers({ price: costing(ids.mile) }, { programmes: [removedClub] })).toEqual([]);
    expect(pointers({ price: costing(ids.standalone) }, { programmes: [removedClub] })).toEqual([]);
  });

  it("says no more of another account's than of none", () => {
    const told = [[], [pointName(ids.unknown, { partnerId: ids.otherPartner, removed: true })]].map((known) =>
      problemsToPublish(
        draftCoupon({ price: costing(ids.unknown) }),
        surroundings({ pointNames: known }),
        noon,
      ),
    );
    expect(told[0]).toEqual(told[1]);
  });
});

describe('the bonus (D12)', () => {
  it('is points of a loyalty programme', () => {
    expect(pointers({ bonus: costing(ids.token) })).toEqual([]);
    expect(pointers({ bonus: costing(ids.standalone) })).toEqual(['/bonus/pointNameId']);
  });

  it.each([
    ['unknown', []],
    ["another account's", [pointName(ids.unknown, { programmeId: ids.club, partnerId: ids.otherPartner })]],
    ['withdrawn', [pointName(ids.unknown, { programmeId: ids.club, removed: true })]],
  ])('may not be in a point name that is %s', (_, known) => {
    expect(pointers({ bonus: costing(ids.unknown) }, { pointNames: known })).toEqual(['/bonus/pointNameId']);
  });

  it('may not be in a point name whose loyalty programme was removed', () => {
    expect(messages({ bonus: costing(ids.token) }, { programmes: [removedClub] })).toEqual([
      ['/bonus/pointNameId', 'the loyalty programme of the point name "coin" was removed'],
    ]);
  });

  it.each([
    ['the same point name', ids.token, ids.token, ['/bonus/pointNameId']],
    ['the same programme', ids.token, ids.star, ['/bonus/pointNameId']],
    ['two programmes', ids.token, ids.mile, []],
    ['standalone points for loyalty points', ids.standalone, ids.token, []],
  ])('and the price: %s', (_, price, bonus, expected) => {
    expect(pointers({ price: costing(price), bonus: costing(bonus) })).toEqual(expected);
  });
});

describe('the trigger (D6)', () => {
  const trigger = {
    triggerId: sampleIds.trigger,
    cost: null,
    offered: true,
    partnerIds: null,
    removed: false,
  };

  it.each([
    ['offered', trigger, []],
    ['unknown', null, ['/triggerId']],
    ['no longer offered', { ...trigger, offered: false }, ['/triggerId']],
    ['withdrawn', { ...trigger, removed: true }, ['/triggerId']],
    ['offered to its account', { ...trigger, partnerIds: [ids.otherPartner, sampleIds.partner] }, []],
    ['offered to others only', { ...trigger, partnerIds: [ids.otherPartner] }, ['/triggerId']],
  ])('that is %s', (_, known, expected) => {
    expect(pointers({ triggerId: sampleIds.trigger }, { trigger: known })).toEqual(expected);
  });

  it('may be none', () => {
    expect(pointers({ triggerId: null }, { trigger: null })).toEqual([]);
  });
});

describe('the loyalty programme (M6)', () => {
  const programme = { programmeId: ids.club, partnerId: sampleIds.partner, removed: false, levelIds: [] };

  it.each([
    ['own', programme, []],
    ['unknown', null, ['/programmeId']],
    ["another account's", { ...programme, partnerId: ids.otherPartner }, ['/programmeId']],
    ['gone', { ...programme, removed: true }, ['/programmeId']],
  ])('that is %s', (_, known, expected) => {
    expect(pointers({ programmeId: ids.club }, { programmes: known === null ? [] : [known] })).toEqual(
      expected,
    );
  });
});

describe('the recurrence (F3)', () => {
  // Noon is a Sunday, 13:00 in Zagreb.
  const daily = { kind: 'daily', opensAt: '15:00', closesAt: '16:00' } as const;
  const mondays = { ...daily, kind: 'weekly' as const, weekdays: [1] };

  const openings: [string, Partial<Coupon>, string[]][] = [
    ['ends as the first window opens', { recurrence: daily, endAt: minutes(120) }, ['/recurrence']],
    ['ends a minute later', { recurrence: daily, endAt: minutes(121) }, []],
    [
      'begins as the last one closes',
      { recurrence: daily, startAt: minutes(180), endAt: minutes(1560) },
      ['/recurrence'],
    ],
    ['begins a minute earlier', { recurrence: daily, startAt: minutes(179), endAt: minutes(1560) }, []],
    ['ends before the weekday', { recurrence: mondays, endAt: minutes(720) }, ['/recurrence']],
    ['has no end', { recurrence: mondays }, []],
    [
      'began in the past, when it was open',
      { recurrence: daily, startAt: minutes(-1440), endAt: minutes(60) },
      ['/recurrence'],
    ],
    ['does not repeat', { recurrence: null, endAt: minutes(1) }, []],
  ];

  it.each(openings)('opens at least once: one that %s', (_, draft, expected) => {
    expect(pointers(draft)).toEqual(expected);
  });

  it("is read in the channel's zone", () => {
    const draft = { recurrence: daily, endAt: minutes(121) };
    expect(pointers(draft, { timeZone: 'Europe/Zagreb' })).toEqual([]);
    expect(pointers(draft, { timeZone: 'UTC' })).toEqual(['/recurrence']);
  });

  it('that comes on a day which no year within has is no window', () => {
    const leapDay = {
      kind: 'yearly', month: 2, day: 29, missingDay: 'SKIP', opensAt: '10:00', closesAt: '11:00',
    } as const; // prettier-ignore
    expect(pointers({ recurrence: leapDay, endAt: new Date('2028-02-29T09:00:00Z') })).toEqual([
      '/recurrence',
    ]);
    expect(pointers({ recurrence: leapDay, endAt: new Date('2028-02-29T09:01:00Z') })).toEqual([]);
  });

  it('is not complained of as well where the end itself is wrong', () => {
    expect(pointers({ recurrence: daily, endAt: minutes(-1) })).toEqual(['/endAt']);
  });
});

describe('everything that is wrong', () => {
  it('is told at once', () => {
    const draft: Partial<Coupon> = {
      type: 'auto',
      name: null,
      redeemedMessage: 'Hi {{user.nmae}}',
      maxRedemptionsPerUser: 1,
      timeLimit: hours(1),
      price: costing(ids.unknown),
      bonus: costing(ids.standalone),
      triggerId: sampleIds.trigger,
      programmeId: ids.club,
    };
    expect(pointers(draft)).toEqual([
      '/name',
      '/redeemedMessage',
      '/timeLimit',
      '/pointsTakenAutomatically',
      '/price/pointNameId',
      '/bonus/pointNameId',
      '/triggerId',
      '/programmeId',
    ]);
  });
});
