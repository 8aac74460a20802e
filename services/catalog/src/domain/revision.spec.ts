import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ChangeCouponBody, guardedField, sampleIds } from '#contracts';
import { couponIn, minutes, noon, pendingRevision, surroundings } from '../../test/sample-coupons.js';
import type { Coupon } from './coupon.js';
import { type CouponCommand, decide } from './decide.js';
import { edit } from './edit.js';
import { endDue, exhausted } from './facts.js';
import { asProposed } from './revision.js';
import { snapshotOf } from './snapshot.js';
import type { KnownTrigger } from './surroundings.js';

const approved = couponIn('active', { audience: 'everyone', endAt: minutes(600) });

const triggers: readonly KnownTrigger[] = ['one', 'other'].map((triggerId, at) => ({
  triggerId,
  cost: at === 0 ? null : { resource: 'MB', units: 5 },
  offered: true,
  partnerIds: null,
  removed: false,
}));
const known = (triggerId: string | null | undefined) =>
  triggers.find((trigger) => trigger.triggerId === triggerId) ?? null;

function edited(coupon: Coupon, fields: ChangeCouponBody, expectedVersion: number | null = null) {
  return edit(
    coupon,
    { expectedVersion, fields, trigger: known(fields.triggerId), partnerId: sampleIds.partner },
    noon,
  );
}

function accepted(coupon: Coupon, fields: ChangeCouponBody): Coupon {
  const decision = edited(coupon, fields);
  if (!decision.accepted) throw new Error(JSON.stringify(decision));
  return decision.value;
}

const approval = (coupon: Coupon, expectedVersion: number | null = coupon.version) => {
  const wanted = coupon.pendingRevision?.fields.triggerId ?? coupon.triggerId;
  const imageId = asProposed(coupon).imageId ?? '';
  const around = surroundings({ trigger: known(wanted), image: { imageId, isKnown: true, isWhole: true } });
  return decide(coupon, { action: 'approve', expectedVersion, surroundings: around }, noon);
};

describe('an edit of a coupon for everyone', () => {
  it('is pending as far as the tenant has approved the field; the rest holds at once', () => {
    expect(accepted(approved, { name: 'Cake', position: 3 })).toEqual({
      ...approved,
      position: 3,
      pendingRevision: { fields: { name: 'Cake' }, proposedAt: noon.toISOString() },
      version: approved.version + 1,
      editedAt: noon,
    });
  });

  it('adds to what is pending, replaces it, and takes it back where it says what is live', () => {
    const first = accepted(approved, { name: 'Cake' });
    const both = accepted(first, { description: 'Sweet.' });
    expect(both.pendingRevision?.fields).toEqual({ name: 'Cake', description: 'Sweet.' });
    expect(both.version).toBe(first.version + 1);
    expect(accepted(both, { name: 'Pie' }).pendingRevision?.fields).toMatchObject({ name: 'Pie' });
    const less = accepted(both, { name: approved.name });
    expect(less.pendingRevision?.fields).toEqual({ description: 'Sweet.' });
    expect(accepted(less, { description: approved.description }).pendingRevision).toBeNull();
  });

  it('repeated, changes nothing, whatever the version it was made from', () => {
    const once = accepted(approved, { name: 'Cake' });
    expect(edited(once, { name: 'Cake' }, approved.version)).toEqual({ accepted: true, value: once });
  });

  it('is refused where it could not go out, alone or with what is pending', () => {
    const pointers = (decision: ReturnType<typeof edited>) =>
      decision.accepted ? [] : decision.refusal.errors?.map(({ pointer }) => pointer);
    expect(pointers(edited(approved, { name: null }))).toEqual(['/name']);
    const reminding = accepted(approved, { reminder: { daysBefore: 2, text: 'Soon' } });
    expect(pointers(edited(reminding, { endAt: null }))).toEqual(['/reminder']);
  });

  it('clears the reason of the last rejection', () => {
    const rejected = { ...approved, rejectedBecause: 'Too loud' };
    expect(accepted(rejected, { position: 3 }).rejectedBecause).toBe('Too loud');
    expect(accepted(rejected, { name: 'Cake' }).rejectedBecause).toBeNull();
  });
});

describe('the decision about a revision', () => {
  it('is about the version that was looked at', () => {
    const seen = accepted(approved, { name: 'Cake' });
    const amended = accepted(seen, { name: 'Rude' });
    expect(approval(amended, seen.version)).toMatchObject({
      refusal: {
        code: 'version_conflict',
        versions: { expected: seen.version, current: amended.version },
      },
    });
  });

  it('takes the trigger over at what it costs then, and refuses one that is gone', () => {
    const wished = accepted(approved, { triggerId: 'other' });
    expect(wished).toMatchObject({ triggerId: null, triggerCost: null });
    expect(approval(wished)).toMatchObject({ value: { triggerId: 'other', triggerCost: { units: 5 } } });
    const around = surroundings({ trigger: { ...triggers[1]!, offered: false } });
    expect(
      decide(wished, { action: 'approve', expectedVersion: null, surroundings: around }, noon),
    ).toMatchObject({ refusal: { code: 'missing_to_publish', errors: [{ pointer: '/triggerId' }] } });
  });

  it('asks nothing about a trigger that the revision does not change', () => {
    const coupon = {
      ...approved,
      triggerId: 'gone',
      triggerCost: { resource: 'MB', units: 1 },
      pendingRevision,
    };
    expect(approval(coupon)).toMatchObject({ value: { name: 'Cake', triggerCost: { units: 1 } } });
  });

  it('asks nothing of what the coupon, published when less was asked for, lacks already', () => {
    const old = { ...approved, imageId: null };
    expect(approval(accepted(old, { name: 'Cake' }))).toMatchObject({
      accepted: true,
      value: { name: 'Cake' },
    });
    const worse = { ...old, pendingRevision: { ...pendingRevision, fields: { redeemedMessage: '{{x}}' } } };
    expect(approval(worse)).toMatchObject({ refusal: { errors: [{ pointer: '/redeemedMessage' }] } });
  });

  it('is refused after the end, and where nothing is pending', () => {
    const ended = { ...approved, pendingRevision, endAt: noon };
    expect(approval(ended)).toMatchObject({ refusal: { code: 'wrong_state' } });
    expect(approval(approved)).toMatchObject({
      refusal: { code: 'wrong_state', detail: expect.stringContaining('without a pending revision') },
    });
  });
});

describe('whatever is edited, approved, rejected, withdrawn, archived, in whatever order', () => {
  type Step =
    | { kind: 'edit'; fields: ChangeCouponBody }
    | { kind: 'approve' | 'reject' | 'withdraw' | 'disable' | 'enable' | 'archive' | 'end' | 'exhaust' };
  const anEdit = fc.record(
    {
      name: fc.constantFrom('Cake', 'Pie', 'Free espresso', null),
      description: fc.constantFrom('Sweet.', 'Salty.'),
      redeemedMessage: fc.constantFrom('Enjoy!', '{{nobody}}'),
      reminder: fc.constantFrom(null, { daysBefore: 2, text: 'Soon' }),
      imageId: fc.constantFrom('a', 'b'),
      triggerId: fc.constantFrom('one', 'other', 'gone', null),
      position: fc.constantFrom(1, 2, null),
      endAt: fc.constantFrom(null, minutes(60).toISOString(), minutes(-60).toISOString()),
    },
    { requiredKeys: [] },
  );
  const aStep: fc.Arbitrary<Step> = fc
    .oneof(
      { weight: 4, arbitrary: anEdit.map((fields) => ({ kind: 'edit' as const, fields })) },
      {
        weight: 3,
        arbitrary: fc.constantFrom('approve' as const, 'reject' as const, 'withdraw' as const),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          'disable' as const,
          'enable' as const,
          'archive' as const,
          'end' as const,
          'exhaust' as const,
        ),
      },
    )
    .map((step) => (typeof step === 'object' && 'fields' in step ? step : { kind: step }));

  function after(coupon: Coupon, step: Step): Coupon {
    const decision = decisionOf(coupon, step);
    if (decision === undefined || !decision.accepted) return coupon;
    if (decision.value === 'removed') throw new Error('nothing that is out is removed');
    return decision.value;
  }

  function decisionOf(coupon: Coupon, step: Step) {
    const expectedVersion = null;
    if (step.kind === 'edit') return edited(coupon, step.fields);
    if (step.kind === 'approve') return approval(coupon);
    if (step.kind === 'end' || step.kind === 'exhaust') {
      const value = step.kind === 'end' ? endDue(coupon, minutes(1_000)) : exhausted(coupon, noon);
      return value && { accepted: true as const, value };
    }
    const command: CouponCommand =
      step.kind === 'reject'
        ? { action: 'reject', expectedVersion, reason: 'No' }
        : { action: step.kind, expectedVersion };
    return decide(coupon, command, noon);
  }

  const guarded = (coupon: Coupon) => guardedField.options.map((field) => coupon[field]);
  const channel = { partnerId: 'p', status: 'active' } as const;

  it('what is live and told to others is what was approved last', () => {
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 40 }), (steps) => {
        let coupon = approved;
        let lastApproved = guarded(approved);
        for (const step of steps) {
          const before = coupon;
          const wished = { ...before, ...before.pendingRevision?.fields };
          coupon = after(before, step);
          if (step.kind === 'approve' && coupon !== before) lastApproved = guarded(wished);
          expect(guarded(coupon)).toEqual(lastApproved);
          expect([before.version, before.version + 1]).toContain(coupon.version);
          expect(snapshotOf(coupon, channel, null).name).toBe(lastApproved[0]);
          if (coupon.status === 'finished') expect(coupon.pendingRevision).toBeNull();
          if (step.kind !== 'edit' && coupon !== before && !['disable', 'enable'].includes(step.kind))
            expect(coupon.pendingRevision).toBeNull();
        }
      }),
      { numRuns: 500 },
    );
  });
});
