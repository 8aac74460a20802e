import { z } from 'zod';
import { id, label, timeZone } from '../../primitives.js';
import { sampleIds } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

export const user = z.object({
  userId: id,
  displayName: label({ max: 200 }).describe('As the user is addressed in messages.'),
  timeZone: timeZone.nullable(),
  removed: z.boolean().default(false).describe('true = the account is gone; kept as a tombstone.'),
});
export type User = z.output<typeof user>;

export const platformUser = defineTopic({
  name: 'platform.user.v1',
  producer: 'platform',
  ingestedBy: ['targeting'],
  consumers: ['notification', 'redemption', 'targeting', 'catalog'],
  description: 'End users of the app. State by user.',
  key: 'userId',
  compacted: true,
  partitions: 6,
  events: {
    'user-changed': defineEvent({
      description: 'A user signed up, changed the profile or left.',
      schema: user,
      sample: { userId: sampleIds.user, displayName: 'Ana', timeZone: 'Europe/Zagreb', removed: false },
    }),
  },
});
