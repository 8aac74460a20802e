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
  ['redeemedMessage', '{{user.name}}', '{{user.nmae}}'],
  ['reminder', { daysBefore: 1, text: 'x' }, { daysBefore: 0, text: 'x' }, '/reminder/daysBefore'],
  ['reminder', { daysBefore: 30, text: 'x' }, { daysBefore: 31, text: 'x' }, '/reminder/daysBefore'],
  ['maxRedemptions', 1, 0],
  ['maxRedemptions', 1_000_000_000, 1_000_000_001],
  ['maxRedemptionsPerUser', 1, 0],
  ['timeLimit', { amount: 1, unit: 'minutes' }, { amount: 0, unit: 'minutes' }, '/timeLimit/amount'],
  ['timeLimit', { amount: 3_650, unit: 'days' }, { amount: 3_651, unit: 'days' }],
  ['validity', { amount: 87_600, unit: 'hours' }, { amount: 87_601, unit: 'hours' }],
  ['position', 1, 0],
  ['position', 1_000_000, 1_000_001],
  ['endAt', '2099-02-28T00:00:00.000Z', '2099-02-29T00:00:00.000Z'],
  ['endAt', '2099-03-31T00:00:00.000Z', '2099-02-31T00:00:00.000Z'],
  ['endAt', inMinutes(60), inMinutes(-1)],
  ['endAt', '2099-01-01T00:00:00.000Z', '2099-01-01T00:00:00+01:00'],
  [
    'recurrence',
    { kind: 'monthly', days: [31], missingDay: 'SKIP', opensAt: '00:00', closesAt: '23:59' },
    { kind: 'monthly', days: [32], missingDay: 'SKIP', opensAt: '00:00', closesAt: '23:59' },
    '/recurrence/days/0',
  ],
];

const stepOf = (field: string) => (field === 'endAt' || field === 'recurrence' ? 'timeframe' : 'details');

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
        const other =
          stepOf(field) === 'timeframe' ? { startAt: inMinutes(5) } : { hideIfNotAvailable: true };
        expect(await save(refused, other)).toMatchObject({
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
