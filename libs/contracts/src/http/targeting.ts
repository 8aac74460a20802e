import { z } from 'zod';
import { user } from '../events/platform/user.v1.js';
import { id, instant, revision } from '../primitives.js';
import { page } from './paging.js';

/** `PUT` follows, `following: false` unfollows; the revision orders facts about one (channel, user). */
export const putFollowBody = z.strictObject({ following: z.boolean(), revision });
export type PutFollowBody = z.output<typeof putFollowBody>;

export const putUserBody = user.omit({ userId: true }).extend({ revision }).strict();
export type PutUserBody = z.output<typeof putUserBody>;

export const followerPage = page(z.object({ userId: id, followingSince: instant })).meta({
  id: 'FollowerPage',
});
