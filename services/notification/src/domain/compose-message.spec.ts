import { describe, expect, it } from '@jest/globals';
import { composeRedeemedMessage, type KnownTexts } from './compose-message.js';

const coupon = {
  version: 3,
  name: 'Free espresso',
  redeemed: '{{coupon.name}} for {{user.name}} at {{channel.name}}',
  reminder: null,
};
const all: KnownTexts = { coupon, userName: 'Ana', channelName: 'Café Central' };
const patience = { nameWaitMs: 3_000 };

function compose(known: Partial<KnownTexts>, { version = 3, waitedMs = 0 } = {}) {
  return composeRedeemedMessage(version, { ...all, ...known }, waitedMs, patience);
}

describe('composeRedeemedMessage', () => {
  it('is ready at once when everything is known', () => {
    expect(compose({})).toEqual({ ready: true, text: 'Free espresso for Ana at Café Central' });
  });

  describe("given that the coupon's text has not arrived", () => {
    it.each([0, 59_999, 60_000, 86_400_000])('waits for it, after %i ms too', (waitedMs) => {
      expect(compose({ coupon: undefined }, { waitedMs })).toMatchObject({
        ready: false,
        waitingFor: 'coupon',
      });
    });
  });

  describe('given another version than the one that was redeemed', () => {
    it('waits for at least that version', () => {
      expect(compose({}, { version: 4, waitedMs: 60_000 })).toMatchObject({
        ready: false,
        waitingFor: 'coupon',
      });
    });
    it('takes a newer one: the newest words are what the channel says now', () => {
      expect(compose({}, { version: 2 })).toMatchObject({ ready: true });
    });
  });

  describe('given a name that has not been heard', () => {
    it.each(['userName', 'channelName'])('waits for %s', (name) => {
      const known = { [name]: undefined };
      expect(compose(known, { waitedMs: 2_999 })).toMatchObject({ ready: false, waitingFor: 'names' });
    });
    it('uses neutral wording once the wait is over', () => {
      expect(compose({ userName: undefined, channelName: undefined }, { waitedMs: 3_000 })).toEqual({
        ready: true,
        text: 'Free espresso for dear guest at our channel',
      });
    });
    it('does not wait for a name that the template does not mention', () => {
      const known = {
        coupon: { ...coupon, redeemed: 'Enjoy!' },
        userName: undefined,
        channelName: undefined,
      };
      expect(compose(known)).toEqual({ ready: true, text: 'Enjoy!' });
    });
    it('looks again no later than the end of the wait', () => {
      expect(compose({ userName: undefined }, { waitedMs: 2_900 })).toMatchObject({ lookAgainInMs: 100 });
    });
  });

  it('does not wait for the name of a removed account', () => {
    expect(compose({ userName: null })).toMatchObject({
      ready: true,
      text: 'Free espresso for dear guest at Café Central',
    });
  });
});
