import { z } from 'zod';
import { id, instant } from '../primitives.js';
import { eligibilityView, walletState } from './wallet.js';

/** A number as a query says it. What is empty is none, though `Number('')` is 0: a place in the Gulf of Guinea. */
function degrees(most: number) {
  return z.preprocess(
    (text) => (typeof text === 'string' && text.trim() === '' ? NaN : text),
    z.coerce.number().min(-most).max(most),
  );
}

/** When, and where, the user would be. */
export const whatIfQuery = z
  .object({
    at: instant.optional().describe('The instant to ask about. Left out: now.'),
    latitude: degrees(90).optional().describe('WGS 84, in degrees; with `longitude`.'),
    longitude: degrees(180).optional().describe('With `latitude`.'),
  })
  .refine(({ latitude, longitude }) => latitude === undefined || longitude !== undefined, {
    path: ['longitude'],
    error: 'is required: a place has both, latitude and longitude',
  })
  .refine(({ latitude, longitude }) => longitude === undefined || latitude !== undefined, {
    path: ['latitude'],
    error: 'is required: a place has both, latitude and longitude',
  });
export type WhatIfQuery = z.output<typeof whatIfQuery>;

/** What one user would see and could do at an instant, for whoever manages the coupon. */
export const whatIfView = eligibilityView
  .omit({ serverTime: true })
  .extend({
    userId: id,
    at: instant,
    visible: z.boolean().describe("Whether the user's list would show it."),
    state: walletState.nullable().describe('As the list would show it; null = not at all.'),
    place: z
      .literal('not_evaluated')
      .describe('No rule asks for a place yet: whichever was given, it has not been looked at.'),
    factsAsOf: instant.describe(
      "Whichever `at` was asked about: the coupon's terms and numbers, and the user's follow, grant, uses and balance, " +
        'are those of this instant.',
    ),
  })
  .meta({ id: 'WhatIf' });
export type WhatIfView = z.infer<typeof whatIfView>;
