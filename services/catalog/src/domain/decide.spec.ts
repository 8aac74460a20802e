import { describe, expect, it } from '@jest/globals';
import type { Coupon } from './coupon.js';
import { couponIn, draftCoupon, minutes, noon } from '../../test/sample-coupons.js';
import { decide, type OwnerCommand } from './decide.js';
import type { OwnerAction } from './life-cycle.js';

function command(action: OwnerAction, fields: Partial<OwnerCommand> = {}): OwnerCommand {
  return { action, expectedVersion: null, channelTimeZone: 'Europe/Zagreb', ...fields };
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
    expect(decide(couponIn('finished'), command('enable', { expectedVersion: 1 }), noon)).toMatchObject({
      refusal: { code: 'version_conflict', detail: expect.stringMatching(/version 1;.*version 2/) },
    });
    expect(decide(couponIn('active'), command('disable', { expectedVersion: 2 }), noon).accepted).toBe(true);
  });

  it('removes drafts and nothing else', () => {
    expect(decide(draftCoupon(), command('delete'), noon)).toEqual({ accepted: true, value: 'removed' });
    expect(decide(couponIn('scheduled'), command('delete'), noon).accepted).toBe(false);
  });
});
