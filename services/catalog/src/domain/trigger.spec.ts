import { describe, expect, it } from '@jest/globals';
import { sampleIds } from '#contracts';
import { newId } from '#testkit';
import { changedTrigger, isOfferedTo, newTrigger, type Trigger, withdrawnTrigger } from './trigger.js';

function aTrigger(fields: Partial<Trigger> = {}): Trigger {
  return {
    triggerId: sampleIds.trigger,
    name: 'Give this user 1 GB data',
    url: 'https://provisioning.example.com/v1/data-packages',
    method: 'POST',
    headers: [],
    bodyTemplate: null,
    signingKey: 'provisioning',
    cost: { resource: 'MB', units: 1024 },
    timeoutMs: 5000,
    maxAttempts: 8,
    offered: true,
    partnerIds: null,
    removed: false,
    version: 2,
    ...fields,
  };
}

describe('a trigger', () => {
  it('changes in what is named, one version on', () => {
    expect(changedTrigger(aTrigger(), { offered: false, cost: null }, 2, [])).toEqual({
      accepted: true,
      value: aTrigger({ offered: false, cost: null, version: 3 }),
    });
  });

  it('stays itself where nothing differs, whatever the version', () => {
    const trigger = aTrigger();
    const decision = changedTrigger(trigger, { cost: { units: 1024, resource: 'MB' } }, 1, []);
    expect(decision.accepted && decision.value).toBe(trigger);
  });

  it('is withdrawn once, and no longer offered', () => {
    expect(withdrawnTrigger(aTrigger(), null)).toMatchObject({
      value: { offered: false, removed: true, version: 3 },
    });
    const gone = aTrigger({ removed: true });
    expect(withdrawnTrigger(gone, null)).toMatchObject({ refusal: { code: 'wrong_state' } });
    expect(changedTrigger(gone, { name: 'x' }, null, [])).toMatchObject({ refusal: { code: 'wrong_state' } });
  });

  it.each([1, 3])('is not changed from version %i when it is at 2', (expected) => {
    const conflict = { refusal: { code: 'version_conflict' } };
    expect(changedTrigger(aTrigger(), { name: 'x' }, expected, [])).toMatchObject(conflict);
    expect(withdrawnTrigger(aTrigger(), expected)).toMatchObject(conflict);
  });

  it('keeps a call that was taken when less was asked for, until that very call is changed', () => {
    const inner = aTrigger({ url: 'https://billing/v1' });
    expect(changedTrigger(inner, { name: 'x' }, 2, [])).toMatchObject({ accepted: true });
    expect(changedTrigger(inner, { url: 'https://user@billing.example.com/' }, 2, [])).toMatchObject({
      refusal: { code: 'invalid_request', errors: [{ pointer: '/url' }] },
    });
  });
});

describe('the accounts that may use a trigger', () => {
  const [one, other, third] = [newId(), newId(), newId()];

  it('are accounts of the tenant, each named once', () => {
    const fields = { ...aTrigger(), partnerIds: [one, other, one] };
    expect(newTrigger(sampleIds.trigger, fields, [one])).toMatchObject({
      refusal: {
        code: 'invalid_request',
        errors: [{ pointer: '/partnerIds/1' }, { pointer: '/partnerIds/2' }],
      },
    });
    expect(newTrigger(sampleIds.trigger, fields, [one, other])).toMatchObject({ accepted: false });
    expect(
      newTrigger(sampleIds.trigger, { ...fields, partnerIds: [one, other] }, [one, other]),
    ).toMatchObject({
      accepted: true,
    });
  });

  it('stay though one is gone by now; none that is unknown comes', () => {
    const before = aTrigger({ partnerIds: [one, other] });
    expect(changedTrigger(before, { partnerIds: [other, third] }, 2, [third])).toMatchObject({
      accepted: true,
    });
    expect(changedTrigger(before, { partnerIds: [other, third] }, 2, [])).toMatchObject({
      refusal: { errors: [{ pointer: '/partnerIds/1' }] },
    });
  });

  it.each([
    [null, true],
    [[one], true],
    [[other, one], true],
    [[other], false],
  ])('%j: %s', (partnerIds, expected) => {
    expect(isOfferedTo(aTrigger({ partnerIds }), one)).toBe(expected);
    expect(isOfferedTo(aTrigger({ partnerIds, offered: false }), one)).toBe(false);
    expect(isOfferedTo(aTrigger({ partnerIds, removed: true }), one)).toBe(false);
  });
});
