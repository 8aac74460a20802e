import { describe, expect, it } from '@jest/globals';
import { sampleIds } from '#contracts';
import { changedTrigger, type Trigger, withdrawnTrigger } from './trigger.js';

function aTrigger(fields: Partial<Trigger> = {}): Trigger {
  return {
    triggerId: sampleIds.trigger,
    name: 'Give this user 1 GB data',
    url: 'https://provisioning.example.com/v1/data-packages',
    signingKey: 'provisioning',
    cost: { resource: 'MB', units: 1024 },
    timeoutMs: 5000,
    maxAttempts: 8,
    offered: true,
    removed: false,
    version: 2,
    ...fields,
  };
}

describe('a trigger', () => {
  it('changes in what is named, one version on', () => {
    expect(changedTrigger(aTrigger(), { offered: false, cost: null }, 2)).toEqual({
      accepted: true,
      value: aTrigger({ offered: false, cost: null, version: 3 }),
    });
  });

  it('stays itself where nothing differs, whatever the version', () => {
    const trigger = aTrigger();
    const decision = changedTrigger(trigger, { cost: { units: 1024, resource: 'MB' } }, 1);
    expect(decision.accepted && decision.value).toBe(trigger);
  });

  it('is withdrawn once, and no longer offered', () => {
    expect(withdrawnTrigger(aTrigger(), null)).toMatchObject({
      value: { offered: false, removed: true, version: 3 },
    });
    const gone = aTrigger({ removed: true });
    expect(withdrawnTrigger(gone, null)).toMatchObject({ refusal: { code: 'wrong_state' } });
    expect(changedTrigger(gone, { name: 'x' }, null)).toMatchObject({ refusal: { code: 'wrong_state' } });
  });

  it.each([1, 3])('is not changed from version %i when it is at 2', (expected) => {
    const conflict = { refusal: { code: 'version_conflict' } };
    expect(changedTrigger(aTrigger(), { name: 'x' }, expected)).toMatchObject(conflict);
    expect(withdrawnTrigger(aTrigger(), expected)).toMatchObject(conflict);
  });
});
