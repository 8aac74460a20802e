import { describe, expect, it } from '@jest/globals';
import { changedSettings, untouchedSettings } from './tenant-settings.js';

describe('changing the settings of a tenant', () => {
  it('makes the next version of them', () => {
    expect(changedSettings(untouchedSettings, { voidMinutes: 60 }, 1)).toEqual({
      accepted: true,
      value: { voidMinutes: 60, version: 2 },
    });
  });

  it('is refused when they were changed meanwhile', () => {
    const now = { voidMinutes: 60, version: 2 };
    expect(changedSettings(now, { voidMinutes: 45 }, 1)).toMatchObject({
      accepted: false,
      refusal: { code: 'version_conflict', detail: expect.stringContaining('at version 2') },
    });
    expect(changedSettings(now, { voidMinutes: 45 }, null)).toMatchObject({ accepted: true });
  });

  it('to what they are already changes nothing, whatever it was made from: a repeated request is no conflict', () => {
    const now = { voidMinutes: 60, version: 2 };
    const again = changedSettings(now, { voidMinutes: 60 }, 1);
    expect(again.accepted && again.value).toBe(now);
  });
});
