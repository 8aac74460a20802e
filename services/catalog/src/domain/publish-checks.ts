import type { FieldError } from '#contracts';
import type { Coupon } from './coupon.js';
import { problemsOfDraft } from './draft-checks.js';
import { levelsAreOfTheProgramme } from './publish-rules/levels.js';
import {
  bonusIsInAnOwnLoyaltyPointName,
  priceAndBonusAreOfTwoProgrammes,
  priceIsInAnOwnPointName,
} from './publish-rules/points.js';
import { type CouponRule, errorIf, type PublishRule } from './publish-rules/publish-rule.js';
import { reminderFitsIn } from './publish-rules/reminder.js';
import { imageIsStored, programmeIsOwn, triggerIsOffered } from './publish-rules/references.js';
import { opensAtLeastOnce } from './publish-rules/timeframe.js';
import {
  autoNeedsALimit,
  pricedAutoIsConfirmed,
  timeLimitNeedsSeveralUses,
} from './publish-rules/user-limits.js';
import type { Surroundings } from './surroundings.js';

const required = ['name', 'description', 'imageId', 'redeemedMessage'] as const;

const nothingIsMissing: CouponRule = (coupon) =>
  required.flatMap((field) => errorIf(coupon[field] === null, `/${field}`, 'is required to publish'));

const draftIsWellFormed: PublishRule = (coupon, _, now) => problemsOfDraft(coupon, now);

const rules: readonly PublishRule[] = [
  nothingIsMissing,
  draftIsWellFormed,
  imageIsStored,
  timeLimitNeedsSeveralUses,
  autoNeedsALimit,
  pricedAutoIsConfirmed,
  reminderFitsIn,
  priceIsInAnOwnPointName,
  bonusIsInAnOwnLoyaltyPointName,
  priceAndBonusAreOfTwoProgrammes,
  triggerIsOffered,
  programmeIsOwn,
  levelsAreOfTheProgramme,
  opensAtLeastOnce,
];

/** Everything that still keeps the coupon from being published, all at once; empty = it can go. */
export function problemsToPublish(coupon: Coupon, surroundings: Surroundings, now: Date): FieldError[] {
  return rules.flatMap((rule) => rule(coupon, surroundings, now));
}

/** What an edit of a published coupon would break. What is locked by publication needs no second look. */
export function problemsAfterPublication(coupon: Coupon, now: Date): FieldError[] {
  const lasting: readonly CouponRule[] = [
    nothingIsMissing,
    timeLimitNeedsSeveralUses,
    autoNeedsALimit,
    reminderFitsIn,
  ];
  return [...lasting.flatMap((rule) => rule(coupon)), ...problemsOfDraft(coupon, now)];
}
