import { describe, expect, it } from '@jest/globals';
import type { Coupon } from './coupon.js';
import { sampleIds } from '#contracts';
import { couponIn, draftCoupon, minutes, noon, surroundings } from '../../test/sample-coupons.js';
import { type CouponCommand, decide } from './decide.js';
import type { OwnerAction } from './life-cycle.js';

function command(action: OwnerAction, expectedVersion: number | null = null): CouponCommand {
  return action === 'publish' || action === 'submit'
    ? { action, expectedVersion, surroundings: surroundings() }
    : { action, expectedVersion };
}

function accepted(coupon: Coupon, action: OwnerAction, now = noon): Coupon {
  const decision = decide(coupon, command(action), now);
  if (!decision.accepted || decision.value === 'removed') throw new Error(JSON.stringify(decision));
  return decision.value;
}

describe('publish', () => {
  it('takes over instant and zone and raises the version', () => {
    expect(accepted(draftCoupon(), 'publish')).toEqual({
      ...draftCoupon(),
      status: 'active',
      version: 2,
      publishedAt: noon,
      timeZone: 'Europe/Zagreb',
      availability: 'rule',
    });
  });

  it('turns a start in the past into now, keeps one to come, and keeps none as none', () => {
    expect(accepted(draftCoupon({ startAt: minutes(-1) }), 'publish')).toMatchObject({
      status: 'active',
      startAt: noon,
    });
    expect(accepted(draftCoupon({ startAt: minutes(1) }), 'publish')).toMatchObject({
      status: 'scheduled',
      startAt: minutes(1),
    });
    expect(accepted(draftCoupon(), 'publish').startAt).toBeNull();
  });

  it('lists everything that is missing or wrong, at once, with pointers', () => {
    const draft = draftCoupon({
      name: null,
      description: null,
      redeemedMessage: 'Hi {{user.nmae}}',
      startAt: minutes(20),
      endAt: minutes(-1),
    });
    expect(decide(draft, command('publish'), noon)).toEqual({
      accepted: false,
      refusal: {
        code: 'missing_to_publish',
        errors: [
          { pointer: '/name', message: 'is required to publish' },
          { pointer: '/description', message: 'is required to publish' },
          { pointer: '/redeemedMessage', message: expect.stringContaining('{{user.nmae}}') },
          { pointer: '/endAt', message: 'must be in the future' },
          { pointer: '/endAt', message: 'must be after startAt' },
        ],
      },
    });
  });

  it.each(['name', 'description', 'redeemedMessage'] as const)('refuses without %s', (field) => {
    expect(decide(draftCoupon({ [field]: null }), command('publish'), noon)).toMatchObject({
      accepted: false,
      refusal: { code: 'missing_to_publish', errors: [{ pointer: `/${field}` }] },
    });
  });

  it('accepts an end one millisecond from now and refuses one at now', () => {
    const soon = new Date(noon.getTime() + 1);
    expect(decide(draftCoupon({ endAt: soon }), command('publish'), noon).accepted).toBe(true);
    expect(decide(draftCoupon({ endAt: noon }), command('publish'), noon).accepted).toBe(false);
  });
});

describe('what publication fixes', () => {
  const publish = (draft: Partial<Coupon>, around = surroundings()) =>
    decide(draftCoupon(draft), { action: 'publish', expectedVersion: null, surroundings: around }, noon);

  it('is the cost of the trigger as it is now', () => {
    const cost = { resource: 'MB', units: 1024 };
    const trigger = { triggerId: sampleIds.trigger, cost, offered: true, partnerIds: null, removed: false };
    expect(publish({ triggerId: sampleIds.trigger }, surroundings({ trigger }))).toMatchObject({
      value: { triggerId: sampleIds.trigger, triggerCost: cost },
    });
    expect(publish({})).toMatchObject({ value: { triggerCost: null } });
  });

  it('is whether a grant is asked for', () => {
    expect(publish({ validity: { amount: 1, unit: 'days' } })).toMatchObject({
      value: { availability: 'grant' },
    });
    expect(publish({})).toMatchObject({ value: { availability: 'rule' } });
  });
});

describe('automatic coupons in a circle', () => {
  const [club, airline] = [sampleIds.programme, sampleIds.level];
  const [token, mile] = [sampleIds.pointName, sampleIds.action];
  const own = { partnerId: sampleIds.partner, removed: false };
  const pointNames = [
    { pointNameId: token, programmeId: club, name: 'token', ...own },
    { pointNameId: mile, programmeId: airline, name: 'mile', ...own },
  ];
  const draft = draftCoupon({
    type: 'auto',
    price: { pointNameId: token, amount: '10' },
    bonus: { pointNameId: mile, amount: '1' },
    pointsTakenAutomatically: true,
  });
  const other = { couponId: sampleIds.event, name: 'Flight', takes: mile, gives: token };
  const publish = (autoCoupons: (typeof other)[]) =>
    decide(
      draft,
      { action: 'publish', expectedVersion: null, surroundings: surroundings({ pointNames, autoCoupons }) },
      noon,
    );

  it('are refused, and named', () => {
    expect(publish([])).toMatchObject({ accepted: true });
    expect(publish([other])).toEqual({
      accepted: false,
      refusal: {
        code: 'auto_coupons_in_a_circle',
        detail: `"Free espresso" (${sampleIds.coupon}) gives the points for "Flight" (${sampleIds.event}), which gives the points for "Free espresso".`,
      },
    });
  });
});

describe('every action', () => {
  it('is refused in the wrong state, with the state and what is possible', () => {
    expect(decide(couponIn('active'), command('enable'), noon)).toEqual({
      accepted: false,
      refusal: {
        code: 'wrong_state',
        detail: 'Cannot enable: the coupon is active. Possible: disable, archive.',
      },
    });
    expect(decide(couponIn('finished'), command('archive'), noon)).toMatchObject({
      refusal: { detail: 'Cannot archive: the coupon is finished. No action is possible any more.' },
    });
  });

  it('counts an end that has passed, though no fact has arrived', () => {
    const over = couponIn('disabled', { endAt: minutes(-1) });
    expect(decide(over, command('enable'), noon)).toMatchObject({
      refusal: { code: 'wrong_state', detail: expect.stringContaining('its end has passed') },
    });
  });

  it('counts a start that has passed, though no fact has arrived', () => {
    const started = couponIn('scheduled', { startAt: minutes(-1) });
    expect(accepted(started, 'disable').status).toBe('disabled');
  });

  it('is refused when made from another version, before anything else is looked at', () => {
    expect(decide(couponIn('finished'), command('enable', 1), noon)).toMatchObject({
      refusal: { code: 'version_conflict', detail: expect.stringMatching(/version 1;.*version 2/) },
    });
    expect(decide(couponIn('active'), command('disable', 2), noon).accepted).toBe(true);
  });

  it('removes drafts and nothing else', () => {
    expect(decide(draftCoupon(), command('delete'), noon)).toEqual({ accepted: true, value: 'removed' });
    expect(decide(couponIn('scheduled'), command('delete'), noon).accepted).toBe(false);
  });
});

describe('a coupon for everyone (U4)', () => {
  const broadcast = (fields: Partial<Coupon> = {}) => draftCoupon({ audience: 'everyone', ...fields });
  const approve = { action: 'approve', expectedVersion: null, surroundings: surroundings() } as const;

  it('is submitted, not published, and one for followers the other way round', () => {
    const audience = { refusal: { code: 'missing_to_publish', errors: [{ pointer: '/audience' }] } };
    expect(decide(broadcast(), command('publish'), noon)).toMatchObject(audience);
    expect(decide(draftCoupon(), command('submit'), noon)).toMatchObject(audience);
    expect(accepted(broadcast({ rejectedBecause: 'No' }), 'submit')).toEqual(
      broadcast({ status: 'pending_approval', version: 2 }),
    );
  });

  it('is out once approved, with what publication fixes', () => {
    const pending = broadcast({ status: 'pending_approval', startAt: minutes(-1) });
    expect(decide(pending, approve, noon)).toMatchObject({
      value: { status: 'active', startAt: noon, publishedAt: noon, availability: 'rule', version: 2 },
    });
  });

  it('is not approved after its end', () => {
    const over = broadcast({ status: 'pending_approval', endAt: noon });
    expect(decide(over, approve, noon)).toMatchObject({
      refusal: { code: 'missing_to_publish', errors: [{ pointer: '/endAt' }] },
    });
  });

  it('goes back with the reason, and nothing else, when it is rejected', () => {
    const pending = broadcast({ status: 'pending_approval' });
    const reject = { action: 'reject', reason: 'Too loud', expectedVersion: 1 } as const;
    expect(decide(pending, reject, noon)).toEqual({
      accepted: true,
      value: broadcast({ rejectedBecause: 'Too loud', version: 2 }),
    });
    expect(decide(couponIn('active'), { ...reject, expectedVersion: null }, noon)).toMatchObject({
      refusal: { code: 'wrong_state', detail: expect.stringContaining('No action is possible') },
    });
  });
});
