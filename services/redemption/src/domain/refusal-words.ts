import type { CouponType } from '#contracts';
import type { Coupon } from './coupon.js';
import type { Refusal, RefusalCode } from './refusal.js';
import type { Failure } from './rules/rule.js';

const howRedeemed: Record<CouponType, string> = {
  click: 'It is redeemed with the Redeem button.',
  time_based: 'It is redeemed with the Redeem button, at the counter.',
  qr: 'It is redeemed with a code: a cashier scans the phone, or the phone scans a code of the shop.',
  auto: 'It is redeemed by itself, as soon as it becomes available.',
};

type Words = (failure: Failure, coupon: Coupon | undefined) => string;

const details: Record<RefusalCode, Words> = {
  coupon_not_found: () => 'There is no such coupon for this tenant.',
  coupon_wrong_type: (_, coupon) =>
    coupon === undefined ? 'It is of another type.' : howRedeemed[coupon.type],
  other_partner: () => 'The cashier belongs to another partner than the coupon.',
  coupon_finished: (_, coupon) =>
    coupon?.finishedReason === 'end_date' ? 'The coupon reached its end.' : 'The coupon was archived.',
  coupon_disabled: () => 'Its owner has disabled the coupon.',
  channel_inactive: () => 'The channel of the coupon is still a draft.',
  partner_suspended: () => 'The account behind the channel is suspended.',
  coupon_not_started: (_, coupon) => `The coupon starts at ${instantOf(coupon?.startAt)}.`,
  coupon_ended: (_, coupon) => `The coupon ended at ${instantOf(coupon?.endAt)}.`,
  coupon_window_closed: ({ passesAt }) =>
    passesAt === null ? 'The coupon does not open again.' : `The coupon opens at ${instantOf(passesAt)}.`,
  not_a_follower: () => 'The user does not follow the channel of the coupon.',
  not_available: () => 'The coupon has not become available to the user, or is no longer.',
  grant_expired: () => 'The coupon was available to the user for a time, which is over.',
  code_withdrawn: () => 'A newer code was printed for the coupon.',
  code_expired: () => 'The code changes every 30 seconds; this one is of an earlier time.',
  code_ahead: () => 'The code is of a later time.',
  code_other_device: () => 'The code was made on a device that no longer holds the pass.',
  pass_expired: () => 'The pass behind the code is over, or was never fetched.',
  code_replayed: () => 'This code, or a later one, was accepted before.',
  scanned_just_now: ({ passesAt }) => `The next scan is accepted from ${instantOf(passesAt)} on.`,
  user_limit_reached: (_, coupon) => `The limit is ${coupon?.perUserCap ?? 'reached'} per user.`,
  cooling_down: ({ passesAt }) => `The user can redeem it again at ${instantOf(passesAt)}.`,
  points_short: ({ pointsMissing }, coupon) =>
    `It costs ${coupon?.price?.amount ?? 'more'} ${coupon?.price?.pointName ?? 'points'}; ` +
    `the user lacks ${pointsMissing ?? 'some'} of them.`,
  sold_out: (_, coupon) => `All ${coupon?.stock.max ?? ''} redemptions are used up.`.replace('  ', ' '),
  balance_too_large: (_, coupon) =>
    `With its bonus the user would hold more than 9223372036854775807 ${coupon?.bonus?.pointName ?? 'points'}.`,
  partner_balance_exhausted: (_, coupon) =>
    coupon === undefined || coupon.units === null
      ? 'The account does not hold enough units.'
      : `A redemption takes ${coupon.units.units} ${coupon.units.resource} from the account, which holds less.`,
};

/** Words for a rule that said no, the same whoever decided: the rules or their mirror in the database. */
export function refusalOf(failure: Failure, coupon?: Coupon): Refusal {
  const { code, passesAt, pointsMissing } = failure;
  return {
    code,
    detail: details[code](failure, coupon),
    ...(passesAt !== null && { retryAt: instantOf(passesAt) }),
    ...(pointsMissing !== undefined && { pointsMissing: String(pointsMissing) }),
  };
}

function instantOf(milliseconds: number | null | undefined): string {
  return new Date(milliseconds ?? 0).toISOString();
}
