import { z } from 'zod';
import { id, instant } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

/** WGS 84, in degrees. */
export const position = z.object({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
});
export type Position = z.infer<typeof position>;

export const locationPing = z.object({
  userId: id,
  position,
  accuracyMeters: z
    .number()
    .min(0)
    .max(100_000)
    .describe('Radius within which the user is with 68 % certainty, in metres.'),
  observedAt: instant.describe("By the device's clock; a later one of the same user stands for more."),
});
export type LocationPing = z.infer<typeof locationPing>;

export const platformLocation = defineTopic({
  name: 'platform.location.v1',
  producer: 'platform',
  ingestedBy: ['targeting'],
  consumers: ['targeting'],
  description: 'Where users are, as far as they share it. Personal: keep it as briefly as possible.',
  key: 'userId',
  compacted: false,
  partitions: 12,
  events: {
    'location-pinged': defineEvent({
      description: "A user's device reported where it is.",
      planned: true,
      schema: locationPing,
      sample: {
        userId: sampleIds.user,
        position: { latitude: 45.8131, longitude: 15.9753 },
        accuracyMeters: 12.5,
        observedAt: sampleTimes.moment,
      },
    }),
  },
});
