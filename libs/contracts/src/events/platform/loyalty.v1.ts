import { z } from 'zod';
import { id, instant, label, points, positivePoints } from '../../primitives.js';
import { sampleIds, sampleTimes } from '../../samples.js';
import { defineEvent, defineTopic } from '../../topic.js';

/** A step of a programme; a coupon can be limited to some. */
export const loyaltyLevel = z.object({
  levelId: id,
  name: label({ max: 200 }),
  rank: z.int().min(1).max(1000).describe('1 = the lowest.'),
});

/** Something that earns points; shown to users who are short of them. */
export const earningAction = z.object({
  actionId: id,
  name: label({ max: 200 }),
  pointNameId: id,
  points: positivePoints,
});

export type EarningAction = z.output<typeof earningAction>;

/** A loyalty programme with its levels and the actions that earn its points. */
export const programme = z.object({
  programmeId: id,
  partnerId: id,
  name: label({ max: 200 }),
  levels: z.array(loyaltyLevel).max(100),
  earningActions: z.array(earningAction).max(500),
  removed: z.boolean().default(false).describe('true = the programme is gone; kept as a tombstone.'),
});
export type Programme = z.output<typeof programme>;

/** The level of one member. */
export const memberLevel = z.object({
  programmeId: id,
  userId: id,
  levelId: id.nullable().describe('null = a member without a level, or no member (any more).'),
  levelPoints: points
    .nullable()
    .default(null)
    .describe('Points that count for the level, as the programme counts them; null when it does not say.'),
  changedAt: instant,
});
export type MemberLevel = z.output<typeof memberLevel>;

const sampleProgramme = {
  programmeId: sampleIds.programme,
  partnerId: sampleIds.partner,
  name: 'Central Club',
  levels: [{ levelId: sampleIds.level, name: 'Gold', rank: 1 }],
  earningActions: [
    {
      actionId: sampleIds.action,
      name: 'Log in on seven days',
      pointNameId: sampleIds.pointName,
      points: '10',
    },
  ],
  removed: false,
};

export const platformLoyalty = defineTopic({
  name: 'platform.loyalty.v1',
  producer: 'platform',
  ingestedBy: ['catalog'],
  consumers: ['catalog', 'targeting'],
  description: 'Loyalty programmes, and who has reached which level. State by programme and by member.',
  key: 'programmeId',
  subject: 'programme/{programmeId}',
  compacted: true,
  partitions: 6,
  events: {
    'programme-changed': defineEvent({
      description: 'A programme, its levels or its earning actions changed.',
      schema: programme,
      sample: sampleProgramme,
    }),
    'member-level-changed': defineEvent({
      description: 'A user reached, lost or left a level of a programme.',
      key: 'programmeId/userId',
      subject: 'member-level/{programmeId}/{userId}',
      planned: true,
      schema: memberLevel,
      sample: {
        programmeId: sampleIds.programme,
        userId: sampleIds.user,
        levelId: sampleIds.level,
        levelPoints: '1200',
        changedAt: sampleTimes.moment,
      },
    }),
  },
});
