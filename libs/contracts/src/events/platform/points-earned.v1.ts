import { z } from 'zod';
import { id, instant, positivePoints } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

export const pointsEarned = z.object({
  earningId: id.describe('Booked at most once, whatever is sent again and under whatever event id.'),
  userId: id,
  programmeId: id,
  pointNameId: id,
  actionId: id.nullable().describe("Which of the programme's actions it was; null = it does not say."),
  points: positivePoints,
  earnedAt: instant,
});
export type PointsEarned = z.infer<typeof pointsEarned>;

export const platformPointsEarned = defineTopic({
  name: 'platform.points-earned.v1',
  producer: 'platform',
  ingestedBy: ['redemption'],
  consumers: ['redemption'],
  description: 'Points that users earned by actions of loyalty programmes; redemption books them.',
  key: 'userId',
  subject: 'earning/{earningId}',
  compacted: false,
  partitions: 6,
  events: {
    'points-earned': defineEvent({
      description: 'A user did something that earns points.',
      schema: pointsEarned,
      sample: {
        earningId: sampleIds.purchase,
        userId: sampleIds.user,
        programmeId: sampleIds.programme,
        pointNameId: sampleIds.pointName,
        actionId: sampleIds.action,
        points: '10',
        earnedAt: sampleTimes.moment,
      },
    }),
  },
});
