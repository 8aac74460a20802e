import { describe, expect, it } from '@jest/globals';
import { type ChangeCouponBody, sampleIds } from '#contracts';
import { couponIn, draftCoupon, minutes, noon } from '../../test/sample-coupons.js';
import type { Coupon } from './coupon.js';
import type { KnownTrigger } from './surroundings.js';
import { edit } from './edit.js';

function edited(
  coupon: Coupon,
  fields: ChangeCouponBody,
  expectedVersion: number | null = coupon.version,
  trigger: KnownTrigger | null = null,
) {
  return edit(coupon, { expectedVersion, fields, trigger, partnerId: sampleIds.partner }, noon);
}

const trigger = {
  triggerId: sampleIds.trigger,
  cost: { resource: 'MB', units: 7 },
  offered: true,
  partnerIds: null,
  removed: false,
};

describe('an edit of a draft', () => {
  it('changes what it names, and nothing else', () => {
    const draft = draftCoupon({ timeLimit: { amount: 1, unit: 'hours' } });
    const fields = {
      name: 'Cake',
      endAt: minutes(60).toISOString(),
      timeLimit: null,
      recurrence: { kind: 'daily', opensAt: '10:00', closesAt: '12:00' },
    } as const;
    expect(edited(draft, fields)).toEqual({
      accepted: true,
      value: { ...draft, ...fields, endAt: minutes(60), version: 2, editedAt: noon },
    });
  });

  it('empties a field with null', () => {
    expect(edited(draftCoupon(), { name: null })).toMatchObject({ value: { name: null } });
  });

  it.each([
    [{ redeemedMessage: 'Hi {{user.nmae}}' }, '/redeemedMessage'],
    [{ endAt: noon.toISOString() }, '/endAt'],
    [{ startAt: minutes(61).toISOString() }, '/endAt'],
  ])('refuses what is malformed, together with what is there: %j', (fields, pointer) => {
    expect(edited(draftCoupon({ endAt: minutes(60) }), fields)).toMatchObject({
      accepted: false,
      refusal: { code: 'invalid_request', errors: [{ pointer }] },
    });
  });
});

describe('an edit that changes nothing', () => {
  it.each([
    [{}],
    [{ name: 'Free espresso' }],
    [{ price: { amount: '1', pointNameId: 'p' }, endAt: '2026-11-22T13:00:00Z' }],
  ])('gives the coupon itself, whatever the version it was made from: %j', (fields) => {
    const draft = draftCoupon({
      version: 3,
      endAt: minutes(60),
      price: { pointNameId: 'p', amount: '1' },
    });
    const decision = edited(draft, fields, 2);
    expect(decision.accepted && decision.value).toBe(draft);
  });
});

describe('an edit made from another version', () => {
  it('is refused with both versions', () => {
    expect(edited(draftCoupon({ version: 3 }), { name: 'Cake' }, 2)).toMatchObject({
      refusal: { code: 'version_conflict', detail: expect.stringMatching(/version 2;.*version 3/) },
    });
  });

  it('passes where the caller does not care', () => {
    expect(edited(draftCoupon({ version: 3 }), { name: 'Cake' }, null).accepted).toBe(true);
  });
});

describe('an edit after publication', () => {
  it.each(['scheduled', 'active', 'disabled'] as const)(
    'may change the position of one that is %s',
    (status) => {
      expect(edited(couponIn(status), { position: 7 })).toMatchObject({
        accepted: true,
        value: { position: 7, version: 3, editedAt: noon, status },
      });
    },
  );

  it.each([
    [
      'active',
      { startAt: null, position: 1 },
      /Cannot change startAt: the coupon is active. Can be changed: name,/,
    ],
    ['active', { maxRedemptions: 5 }, /asked for at \/cap-requests/],
    ['finished', { position: 1 }, /Cannot change position: the coupon is finished. Nothing can be changed/],
    ['pending_approval', { position: 1 }, /pending_approval/],
  ] as const)('is refused in %s: %j', (status, fields, detail) => {
    expect(edited(couponIn(status), fields)).toMatchObject({
      refusal: { code: 'wrong_state', detail: expect.stringMatching(detail) },
    });
  });

  it.each([
    { name: 'Cake' },
    { description: 'Sweet.' },
    { redeemedMessage: 'Enjoy!' },
    { hideIfNotAvailable: true },
    { maxRedemptionsPerUser: null },
    { maxRedemptionsPerUser: 2, timeLimit: { amount: 1, unit: 'hours' } },
    { endAt: minutes(1).toISOString() },
  ] as const)('may change what publication does not lock: %j', (fields) => {
    expect(edited(couponIn('active'), fields)).toMatchObject({ accepted: true, value: { version: 3 } });
  });

  it.each(['followers', 'everyone'] as const)(
    'does not ask a coupon for %s for what was not asked for when it was published',
    (audience) => {
      const before = couponIn('active', { audience, imageId: null });
      const imaged = edited(before, { imageId: sampleIds.image, position: 7 });
      expect(imaged).toMatchObject({ accepted: true, value: { position: 7 } });
      expect(edited(before, { description: 'Sweet.' })).toMatchObject({ accepted: true });
    },
  );

  it('keeps the end that a reminder depends on, though another step is saved', () => {
    const reminder = { daysBefore: 1, text: 'Soon gone.' };
    const before = couponIn('active', { reminder, endAt: minutes(7 * 24 * 60) });
    const around = { trigger: null, partnerId: sampleIds.partner };
    const wanted = { expectedVersion: 2, fields: { endAt: null }, step: 'timeframe', ...around } as const;
    expect(edit(before, wanted, noon)).toMatchObject({
      refusal: { code: 'invalid_request', errors: [{ pointer: '/reminder' }] },
    });
  });

  it.each([
    [{}, { name: null }, '/name'],
    [{}, { redeemedMessage: '{{user.nmae}}' }, '/redeemedMessage'],
    [{}, { endAt: noon.toISOString() }, '/endAt'],
    [{}, { timeLimit: { amount: 1, unit: 'hours' } }, '/timeLimit'],
    [{ type: 'auto' }, { maxRedemptionsPerUser: null }, '/maxRedemptionsPerUser'],
    [{ type: 'qr', maxRedemptions: 9 }, { maxRedemptionsPerUser: null }, '/maxRedemptionsPerUser'],
    [
      { type: 'qr', maxRedemptions: null, triggerId: 'old' },
      { maxRedemptionsPerUser: null },
      '/maxRedemptionsPerUser',
    ],
  ] as const)('of %j keeps it fit to be out: %j', (coupon, fields, pointer) => {
    expect(edited(couponIn('active', coupon), fields)).toMatchObject({
      refusal: { code: 'invalid_request', errors: [{ pointer }] },
    });
  });

  it('names every field that is locked, and takes one that says what is so already', () => {
    const coupon = couponIn('active', { price: { pointNameId: sampleIds.pointName, amount: '5' } });
    expect(edited(coupon, { price: null, startAt: null, type: 'click' })).toMatchObject({
      refusal: { code: 'wrong_state', errors: [{ pointer: '/price' }, { pointer: '/startAt' }] },
    });
    expect(edited(coupon, { type: 'click', price: coupon.price, position: 4 }).accepted).toBe(true);
  });

  it('takes another trigger at what it costs now; none costs nothing', () => {
    const with3 = couponIn('active', { triggerId: 'old', triggerCost: { resource: 'MB', units: 3 } });
    const changed = edited(with3, { triggerId: trigger.triggerId }, null, trigger);
    expect(changed).toMatchObject({ value: { triggerId: trigger.triggerId, triggerCost: trigger.cost } });
    expect(edited(with3, { triggerId: null })).toMatchObject({
      value: { triggerId: null, triggerCost: null },
    });
    expect(edited(with3, { name: 'Cake' })).toMatchObject({ value: { triggerCost: { units: 3 } } });
  });

  it.each([
    ['unknown', null],
    ['not offered', { ...trigger, offered: false }],
    ['withdrawn', { ...trigger, removed: true }],
  ])('does not take a trigger that is %s', (_, known) => {
    for (const audience of ['followers', 'everyone'] as const)
      expect(
        edited(couponIn('active', { audience }), { triggerId: trigger.triggerId }, null, known),
      ).toMatchObject({ refusal: { code: 'invalid_request', errors: [{ pointer: '/triggerId' }] } });
  });

  it('gives no trigger to a QR coupon without a limit per user: its code may have been printed', () => {
    const fields = { triggerId: trigger.triggerId };
    const free = couponIn('active', { type: 'qr', maxRedemptionsPerUser: null, maxRedemptions: null });
    expect(edited(free, fields, null, trigger)).toMatchObject({
      refusal: { errors: [{ pointer: '/triggerId' }] },
    });
    expect(edited({ ...free, maxRedemptionsPerUser: 1 }, fields, null, trigger).accepted).toBe(true);
    expect(edited(free, { ...fields, maxRedemptionsPerUser: 1 }, null, trigger).accepted).toBe(true);
  });

  it('takes the limit per user from a QR coupon that cannot be used up and sets nothing off', () => {
    const coupon = couponIn('active', { type: 'qr', maxRedemptions: null, maxRedemptionsPerUser: 1 });
    expect(edited(coupon, { maxRedemptionsPerUser: null })).toMatchObject({
      value: { maxRedemptionsPerUser: null },
    });
  });

  it('counts an end that has passed, though no fact has arrived', () => {
    expect(edited(couponIn('active', { endAt: noon }), { position: 1 }).accepted).toBe(false);
    expect(edited(couponIn('active', { endAt: minutes(1) }), { position: 1 }).accepted).toBe(true);
  });
});
