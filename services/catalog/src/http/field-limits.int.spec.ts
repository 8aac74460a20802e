import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CouponView } from '#contracts';
import { newId } from '#testkit';
import { CatalogWorld, couponBody, inMinutes, type Owner } from '../../test/catalog-world.js';

let world: CatalogWorld;
let owner: Owner;
let couponId: string;
beforeAll(async () => {
  world = await CatalogWorld.start();
  owner = await world.owner();
  ({ couponId } = await world.create(owner));
}, 120_000);
afterAll(() => world.stop());

const family = '👨‍👩‍👧‍👦';
const accented = 'é'.normalize('NFD');
/** One character as people see it, of a hundred code points. */
const zalgo = `a${'\u0301'.repeat(99)}`;

function remind(text: string) {
  return { daysBefore: 3, text };
}
const pointNameId = newId();
function points(amount: string) {
  return { pointNameId, amount };
}
const someIds = Array.from({ length: 101 }, () => newId());
function yearly(month: number, day: number) {
  return { kind: 'yearly', month, day, missingDay: 'SKIP', opensAt: '10:00', closesAt: '11:00' };
}
function weekly(weekdays: number[]) {
  return { kind: 'weekly', weekdays, opensAt: '10:00', closesAt: '11:00' };
}
function daily(opensAt: string) {
  return { kind: 'daily', opensAt, closesAt: '11:00' };
}

/** A field, the last value that is taken, and the first that is not. */
const limits: [field: string, taken: unknown, refused: unknown, pointer?: string][] = [
  ['name', 'x', ''],
  ['name', 'x'.repeat(80), 'x'.repeat(81)],
  ['name', family.repeat(80), family.repeat(81)],
  ['name', accented.repeat(80), accented.repeat(81)],
  ['name', zalgo.repeat(12), zalgo.repeat(13)],
  ['description', 'x'.repeat(2_000), 'x'.repeat(2_001)],
  ['description', accented.repeat(2_000), accented.repeat(2_001)],
  ['redeemedMessage', 'x'.repeat(1_000), 'x'.repeat(1_001)],
  ['description', family.repeat(2_000), family.repeat(2_001)],
  ['redeemedMessage', family.repeat(1_000), family.repeat(1_001)],
  ['redeemedMessage', '{{user.name}}', '{{user.nmae}}'],
  ['redeemedMessage', '{{coupon.name}} {{channel.name}}', '{{valid.until}}'],
  ['name', '{{user.nmae}}', 'a\u0000b'],
  ['reminder', { daysBefore: 1, text: 'x' }, { daysBefore: 0, text: 'x' }, '/reminder/daysBefore'],
  ['reminder', { daysBefore: 30, text: 'x' }, { daysBefore: 31, text: 'x' }, '/reminder/daysBefore'],
  ['reminder', remind('x'.repeat(1_000)), remind('x'.repeat(1_001)), '/reminder/text'],
  ['reminder', remind(accented.repeat(1_000)), remind(accented.repeat(1_001)), '/reminder/text'],
  ['reminder', remind('{{points.missing}} {{valid.until}}'), remind('{{valid.untli}}'), '/reminder/text'],
  ['reminder', null, { ...remind('x'), at: '10:00' }, '/reminder/at'],
  ['maxRedemptions', 1, 0],
  ['maxRedemptions', null, 1.5],
  ['maxRedemptionsPerUser', 1_000_000_000, 1_000_000_001],
  ['price', points('1'), points('0'), '/price/amount'],
  ['price', points('9223372036854775807'), points('9223372036854775808'), '/price/amount'],
  ['bonus', points('1'), points('01'), '/bonus/amount'],
  ['bonus', points('9223372036854775807'), points('-1'), '/bonus/amount'],
  ['type', 'qr', 'QR'],
  ['hideIfNotAvailable', false, 'no'],
  ['levelIds', someIds.slice(0, 100), someIds],
  ['levelIds', someIds.slice(0, 2), [someIds[0], someIds[0]]],
  ['audience', 'everyone', 'all'],
  ['maxRedemptions', 1_000_000_000, 1_000_000_001],
  ['maxRedemptionsPerUser', 1, 0],
  ['timeLimit', { amount: 1, unit: 'minutes' }, { amount: 0, unit: 'minutes' }, '/timeLimit/amount'],
  ['timeLimit', { amount: 3_650, unit: 'days' }, { amount: 3_651, unit: 'days' }],
  ['validity', { amount: 87_600, unit: 'hours' }, { amount: 87_601, unit: 'hours' }],
  ['position', 1, 0],
  ['position', 1_000_000, 1_000_001],
  ['endAt', '2099-02-28T00:00:00.000Z', '2099-02-29T00:00:00.000Z'],
  ['endAt', '2099-03-31T00:00:00.000Z', '2099-02-31T00:00:00.000Z'],
  ['endAt', '2096-02-29T00:00:00.000Z', '2096-02-30T00:00:00.000Z'],
  ['endAt', '2099-06-30T23:59:59.000Z', '2099-06-31T00:00:00.000Z'],
  ['endAt', inMinutes(60), inMinutes(-1)],
  ['endAt', '2099-01-01T00:00:00.000Z', '2099-01-01T00:00:00+01:00'],
  [
    'recurrence',
    { kind: 'monthly', days: [31], missingDay: 'SKIP', opensAt: '00:00', closesAt: '23:59' },
    { kind: 'monthly', days: [32], missingDay: 'SKIP', opensAt: '00:00', closesAt: '23:59' },
    '/recurrence/days/0',
  ],
  ['recurrence', yearly(2, 29), yearly(2, 31), '/recurrence/day'],
  ['recurrence', yearly(6, 30), yearly(6, 31), '/recurrence/day'],
  ['recurrence', yearly(12, 31), yearly(13, 1), '/recurrence/month'],
  ['recurrence', weekly([1, 7]), weekly([0]), '/recurrence/weekdays/0'],
  ['recurrence', weekly([7]), weekly([8]), '/recurrence/weekdays/0'],
  ['recurrence', weekly([1]), weekly([]), '/recurrence/weekdays'],
  ['recurrence', weekly([1, 2]), weekly([2, 2]), '/recurrence/weekdays'],
  [
    'recurrence',
    { kind: 'daily', opensAt: '00:00', closesAt: '23:59' },
    daily('24:00'),
    '/recurrence/opensAt',
  ],
  ['recurrence', daily('23:59'), daily('09:60'), '/recurrence/opensAt'],
  ['recurrence', null, { kind: 'hourly' }, '/recurrence/kind'],
];

const steps: Record<string, string> = {
  ...{ endAt: 'timeframe', recurrence: 'timeframe' },
  ...{ audience: 'users', levelIds: 'users' },
};
const stepOf = (field: string) => steps[field] ?? 'details';
/** Fine by itself, saved together with what is refused; of the same step. */
const others: Record<string, () => Record<string, unknown>> = {
  details: () => ({ hideIfNotAvailable: true }),
  timeframe: () => ({ startAt: inMinutes(5) }),
  users: () => ({}),
};

describe('the limits of a field', () => {
  it.each(limits)(
    '%s: %j is taken, %j is not, and nothing of it saved',
    // Rows are of different lengths: a fourth parameter that is not there would be Jest's callback.
    async (...row) => {
      const [field, taken, refused, pointer] = row;
      const at = [`/v1/coupons/${couponId}`, `/v1/coupons/${couponId}/steps/${stepOf(field)}`];
      for (const path of at) {
        const save = (value: unknown, extra = {}) =>
          world.call<CouponView>('PATCH', path, {
            token: owner.token,
            ifMatch: '*',
            body: { [field]: value, ...extra },
          });
        expect(await save(taken)).toMatchObject({ status: 200, body: { [field]: taken } });
        const before = await world.read(owner, couponId);
        const other = { ...others[stepOf(field)]?.() };
        expect(await save(refused, field in other ? { position: 7 } : other)).toMatchObject({
          status: 400,
          body: {
            code: 'invalid_request',
            errors: expect.arrayContaining([expect.objectContaining({ pointer: pointer ?? `/${field}` })]),
          },
        });
        expect(await world.read(owner, couponId)).toEqual(before);
      }
    },
  );

  it('the end lies after the start', async () => {
    const at = inMinutes(30);
    for (const [endAt, status] of [
      [at, 400],
      [inMinutes(31), 201],
    ] as const) {
      const body = couponBody(owner, { startAt: at, endAt });
      expect((await world.call('POST', '/v1/coupons', { token: owner.token, body })).status).toBe(status);
    }
  });
});

describe('a time zone', () => {
  it.each(['Europe/Zagreb ', 'Mars/Olympus', '+01:00', '', 'europe'])(
    '%j is unknown, and no channel has it',
    async (zone) => {
      const token = await world.token({ role: 'service', tenantId: owner.tenantId });
      const { channelId, ...channel } = owner.channels[0] ?? { channelId: '' };
      const body = { ...channel, timeZone: zone, name: 'Elsewhere', revision: 99 };
      const answer = await world.problem('PUT', `/v1/channels/${channelId}`, { token, body });
      expect(answer).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', errors: [{ pointer: '/timeZone' }] },
      });
      const { body: listed } = await world.call<{ items: unknown[] }>('GET', '/v1/channels', owner);
      expect(listed.items).toEqual(owner.channels);
    },
  );
});

describe('an action in the wrong state', () => {
  /** What is possible in each state; all else is refused and changes nothing. */
  const possible: Record<string, readonly string[]> = {
    draft: ['publish', 'delete'],
    pending_approval: ['withdraw', 'delete'],
    scheduled: ['archive'],
    active: ['disable', 'archive'],
    disabled: ['enable', 'archive'],
    finished: [],
  };
  const actions = ['publish', 'submit', 'withdraw', 'disable', 'enable', 'archive', 'delete'];
  const ways: Record<string, [Record<string, unknown>, string[]]> = {
    draft: [{}, []],
    pending_approval: [{ audience: 'everyone' }, ['submit']],
    scheduled: [{ startAt: inMinutes(60) }, ['publish']],
    active: [{}, ['publish']],
    disabled: [{}, ['publish', 'disable']],
    finished: [{}, ['publish', 'archive']],
  };
  const wrong = Object.entries(possible).flatMap(([state, allowed]) =>
    actions
      // A draft for followers is kept from being submitted by its audience, not by its state.
      .filter((action) => !allowed.includes(action) && !(state === 'draft' && action === 'submit'))
      .map((action) => [action, state] as const),
  );

  it.each(wrong)('%s of one that is %s is refused', async (action, state) => {
    const [fields, way] = ways[state] ?? [{}, []];
    const made = await world.create(owner, { redeemedMessage: 'Enjoy.', ...fields });
    for (const step of way) expect((await world.act(owner, made.couponId, step)).status).toBe(200);
    const before = await world.read(owner, made.couponId);
    expect(before.status).toBe(state);
    const path = `/v1/coupons/${made.couponId}`;
    const answer =
      action === 'delete'
        ? await world.problem('DELETE', path, owner)
        : await world.problem('POST', `${path}/${action}`, owner);
    expect(answer).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    expect(await world.read(owner, made.couponId)).toEqual(before);
  });
});

describe('a stale version', () => {
  it('is refused by edits, steps and actions, with both versions; nothing of it is saved', async () => {
    const { couponId: id } = await world.create(owner, { redeemedMessage: 'Enjoy.' });
    const at = `/v1/coupons/${id}`;
    const by = { token: owner.token };
    await world.call('PATCH', at, { ...by, ifMatch: '"1"', body: { position: 3 } });
    const before = await world.read(owner, id);
    const calls = [
      ['PATCH', at, { name: 'Stale' }],
      ['PATCH', `${at}/steps/details`, { name: 'Stale' }],
      ['PATCH', `${at}/steps/timeframe`, { endAt: inMinutes(60) }],
      ['PATCH', `${at}/steps/users`, { audience: 'everyone' }],
      ['POST', `${at}/publish`, undefined],
      ['DELETE', at, undefined],
    ] as const;
    for (const [method, path, body] of calls)
      expect(
        await world.problem(method, path, { ...by, ifMatch: '"1"', ...(body && { body }) }),
      ).toMatchObject({
        status: 409,
        body: { code: 'version_conflict', versions: { expected: 1, current: 2 } },
      });
    expect(await world.read(owner, id)).toEqual(before);
  });
});

describe("ids that are not the owner's", () => {
  it('are answered like unknown ones, and change nothing', async () => {
    const stranger = await world.owner();
    for (const id of [couponId, newId()])
      for (const [method, path] of [
        ['GET', ''],
        ['PATCH', ''],
        ['PATCH', '/steps/details'],
        ['GET', '/readiness'],
        ['POST', '/publish'],
        ['POST', '/withdraw'],
        ['DELETE', ''],
      ] as const)
        expect(
          await world.problem(method, `/v1/coupons/${id}${path}`, {
            token: stranger.token,
            ifMatch: '*',
            ...(method === 'PATCH' && { body: { name: 'Mine' } }),
          }),
        ).toMatchObject({ status: 404, body: { code: 'coupon_not_found' } });
    const body = couponBody(stranger, { channelId: owner.channels[0]?.channelId });
    expect(await world.problem('POST', '/v1/coupons', { token: stranger.token, body })).toMatchObject({
      status: 404,
      body: { code: 'channel_not_found', errors: [{ pointer: '/channelId' }] },
    });
  });

  it('a draft that names them is kept from going out, each with its pointer', async () => {
    const stranger = await world.owner();
    const [triggerId, pointName, programmeId] = [
      (await world.trigger(stranger)).triggerId,
      await world.pointName(stranger),
      await world.programme(stranger),
    ];
    const price = { pointNameId: pointName.pointNameId, amount: '5' };
    const draft = await world.create(owner, { triggerId, price, programmeId });
    const answer = await world.problem('POST', `/v1/coupons/${draft.couponId}/publish`, {
      token: owner.token,
    });
    expect(answer).toMatchObject({ status: 409, body: { code: 'missing_to_publish' } });
    expect(answer.body.errors?.map(({ pointer }) => pointer).sort()).toEqual([
      '/price/pointNameId',
      '/programmeId',
      '/triggerId',
    ]);
  });
});
