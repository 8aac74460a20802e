import { expect, it } from '@jest/globals';
import type { Envelope } from '#contracts';
import { revisionOf } from './revision-of.js';

const envelope = { subject: 'user/1', revision: 7 } as Envelope;

it('gives the revision of a fact about state', () => expect(revisionOf(envelope)).toBe(7));

it('refuses a fact without one, naming its subject', () => {
  const { revision: _, ...without } = envelope;
  expect(() => revisionOf(without)).toThrow('user/1');
});
