import type { Guard } from './guards.js';
import type { Scenario } from './scenario.js';

/** A small world, and which guards go missing in it with what result. */
export interface Case {
  scenario: Scenario;
  /** Taken away together, these break something here. */
  breaks: readonly (readonly Guard[])[];
  /** Taken away together, these break nothing here: another guard stands behind. */
  holds?: readonly (readonly Guard[])[];
}

const ana = (key: string, sends = 1, coupon = 0) => ({ key, user: 0, coupon, sends });
const bo = (key: string, sends = 1, coupon = 0) => ({ key, user: 1, coupon, sends });
const plain = { processes: 2, users: 2, points: [], lastInstant: 0, redis: false };

export const cases: readonly Case[] = [
  {
    scenario: {
      ...plain,
      what: 'the last unit, a retry through another process, a killed process and a lost answer',
      coupons: [{ max: 1 }],
      requests: [ana('k1', 2), bo('k2')],
      disturbances: { crash: 1, cut: 1 },
    },
    breaks: [
      ['keyAfterLock'],
      ['answerInTransaction'],
      ['factInTransaction'],
      ['lockBeforeRead', 'checkConstraint'],
    ],
    holds: [['checkConstraint']],
  },
  {
    scenario: {
      ...plain,
      what: 'two requests of one user who may redeem once',
      coupons: [{ max: 2, perUser: 1 }],
      requests: [ana('k1', 2), ana('k2')],
      disturbances: { cut: 1 },
    },
    breaks: [['lockBeforeRead']],
  },
  {
    scenario: {
      ...plain,
      what: 'a cooldown of two instants',
      coupons: [{ max: 3, cooldown: 2 }],
      users: 1,
      requests: [ana('k1'), ana('k2'), ana('k3')],
      lastInstant: 3,
      disturbances: {},
    },
    breaks: [['lockBeforeRead']],
  },
  {
    scenario: {
      ...plain,
      what: 'two users while the clock goes on',
      coupons: [{ max: 2 }],
      requests: [ana('k1'), bo('k2')],
      lastInstant: 1,
      disturbances: { cut: 1 },
    },
    breaks: [['clockAfterLock']],
  },
  {
    scenario: {
      ...plain,
      what: 'a follower leaves while a cut connection leaves a backend behind',
      users: 1,
      coupons: [{ max: 2 }],
      requests: [ana('k1', 3)],
      disturbances: { cut: 1, crash: 1, unfollow: 1 },
    },
    breaks: [['unknownGoesBackThroughTheLock'], ['lockBeforeRead']],
  },
  {
    scenario: {
      ...plain,
      what: 'the end passes and the owner switches off and on, a hopeless memory and a retry elsewhere',
      users: 1,
      coupons: [{ max: 2, end: 1 }],
      requests: [ana('k1', 3)],
      lastInstant: 1,
      disturbances: { disable: 2 },
    },
    breaks: [['underwayGoesToTheFunction']],
  },
  {
    scenario: {
      ...plain,
      what: 'one key for two coupons',
      users: 1,
      coupons: [{ max: 1 }, { max: 1 }],
      requests: [ana('k1', 2, 0), ana('k1', 1, 1)],
      disturbances: { cut: 1 },
    },
    breaks: [['uniqueKey']],
  },
  {
    scenario: {
      ...plain,
      what: 'a new price while requests are on their way on the old one',
      coupons: [{ max: 2, price: 1 }],
      points: [2],
      requests: [ana('k1', 2), bo('k2')],
      disturbances: { reprice: 1 },
    },
    breaks: [['termsVersion']],
  },
  {
    scenario: {
      ...plain,
      what: 'two coupons paid from one purse, each with a bonus in the point that the other costs',
      users: 1,
      coupons: [
        { max: 2, price: 1, priceIn: 0, bonus: 1, bonusIn: 1 },
        { max: 2, price: 1, priceIn: 1, bonus: 1, bonusIn: 0 },
        { max: 2, price: 1, priceIn: 0, bonus: 1, bonusIn: 1 },
      ],
      points: [1, 1],
      requests: [ana('k1', 1, 0), ana('k2', 1, 1), ana('k3', 1, 2)],
      disturbances: { void: 1 },
    },
    breaks: [['balanceCheck'], ['spentMeanwhileRunsAgain'], ['balancesInOneOrder']],
  },
  {
    scenario: {
      ...plain,
      what: 'points are spent on another coupon and earned again between a decision and its write',
      users: 1,
      coupons: [
        { max: 2, price: 1 },
        { max: 2, price: 1 },
      ],
      points: [1],
      requests: [ana('k1', 2, 0), ana('k2', 1, 1)],
      remembersHopeless: true,
      disturbances: { earn: 1 },
    },
    breaks: [['underwayGoesToTheFunction'], ['spentMeanwhileRunsAgain']],
  },
  {
    scenario: {
      ...plain,
      what: 'voids of a sold-out coupon, asked for twice',
      coupons: [{ max: 1 }],
      requests: [ana('k1', 2), bo('k2', 2)],
      disturbances: { void: 2 },
    },
    breaks: [['stickyFinished'], ['voidUnderLock']],
  },
  {
    scenario: {
      ...plain,
      what: 'the cap is raised and lowered while units go, and an edit comes late',
      coupons: [{ max: 2 }],
      requests: [ana('k1'), bo('k2')],
      disturbances: { cap: 2, disable: 1 },
    },
    breaks: [['capUnderLock'], ['stockCreatedOnce']],
  },
  {
    scenario: {
      ...plain,
      what: 'Redis comes back from an old snapshot under a redemption and its retry',
      users: 1,
      coupons: [{ max: 2, perUser: 1 }],
      requests: [ana('k1', 2)],
      redis: true,
      disturbances: { restore: 1 },
    },
    breaks: [['refusalsConfirmed'], ['epoch']],
  },
  {
    scenario: {
      ...plain,
      what: 'Redis loses everything while commits race its rebuild',
      coupons: [{ max: 2 }],
      requests: [ana('k1'), bo('k2')],
      redis: true,
      disturbances: { flush: 1 },
    },
    breaks: [],
    holds: [['holdsRefuseNobody']],
  },
  {
    scenario: {
      ...plain,
      what: 'a process is killed while it holds a place in Redis',
      coupons: [{ max: 1 }],
      requests: [ana('k1'), bo('k2')],
      redis: true,
      disturbances: { crash: 1 },
    },
    breaks: [['holdsRefuseNobody', 'refusalsConfirmed']],
    holds: [['holdsRefuseNobody']],
  },
  {
    scenario: {
      ...plain,
      what: 'writes to Redis overtake each other and are lost',
      coupons: [{ max: 3 }],
      requests: [ana('k1'), bo('k2')],
      redis: true,
      disturbances: { lostWrite: 1 },
    },
    breaks: [['absoluteWrites'], ['revisionInRedis']],
  },
  {
    scenario: {
      ...plain,
      what: 'facts on a follow come doubled and in any order',
      users: 1,
      coupons: [{ max: 2 }],
      requests: [ana('k1')],
      followFacts: [true, false, true],
      disturbances: {},
    },
    breaks: [['olderFactsSkipped']],
  },
  {
    scenario: {
      ...plain,
      what: 'an automatic attempt is claimed by two workers, one of which is killed',
      users: 1,
      coupons: [{ max: 2 }],
      requests: [{ key: 'auto', user: 0, coupon: 0, sends: 3, auto: true }],
      disturbances: { crash: 1, cut: 1 },
    },
    breaks: [['attemptHasOneKey']],
  },
];
