import type { ProblemTable } from './problem-table.js';

/** Of a redemption, however it comes about. */
export const redeemingProblems = {
  coupon_not_found: {
    status: 404,
    title: 'No such coupon',
    mend: 'Check the coupon id; a coupon can be redeemed shortly after it is published.',
  },
  coupon_wrong_type: {
    status: 409,
    title: 'This coupon is redeemed another way',
    mend: 'See `detail` for how.',
  },
  coupon_finished: { status: 409, title: 'The coupon is finished', mend: 'It cannot be redeemed any more.' },
  coupon_disabled: {
    status: 409,
    title: 'The coupon is disabled for now',
    mend: 'Try again when its owner has enabled it.',
  },
  channel_inactive: {
    status: 409,
    title: 'The channel of the coupon is not active yet',
    mend: 'Try again when the channel is active.',
  },
  partner_suspended: {
    status: 409,
    title: 'The account behind the coupon is suspended',
    mend: 'Try again when the account is active.',
  },
  coupon_not_started: {
    status: 409,
    title: 'The coupon has not started yet',
    mend: 'Try again at `retryAt`.',
  },
  coupon_ended: { status: 409, title: 'The coupon has ended', mend: 'It cannot be redeemed any more.' },
  coupon_window_closed: {
    status: 409,
    title: 'The coupon is closed at this time',
    mend: 'Try again at `retryAt`.',
  },
  not_a_follower: {
    status: 403,
    title: 'The coupon is for followers of its channel',
    mend: 'Follow the channel, then redeem.',
  },
  not_available: {
    status: 403,
    title: 'The coupon is not available to this user',
    mend: 'It becomes available when its conditions hold: segment, level or place.',
  },
  grant_expired: {
    status: 409,
    title: "The user's time for this coupon is over",
    mend: 'It cannot be redeemed any more by this user.',
  },
  user_limit_reached: {
    status: 409,
    title: 'This user has redeemed the coupon as often as allowed',
    mend: 'It cannot be redeemed any more by this user.',
  },
  cooling_down: {
    status: 409,
    title: 'The user redeemed this coupon a short while ago',
    mend: 'Try again at `retryAt`.',
  },
  points_short: {
    status: 409,
    title: 'The user has too few points',
    mend: 'Earn the points that `detail` names, then redeem.',
  },
  sold_out: {
    status: 409,
    title: 'All redemptions of this coupon are used up',
    mend: 'It cannot be redeemed any more.',
  },
  partner_balance_exhausted: {
    status: 409,
    title: 'The account behind the coupon holds too few add-on units',
    mend: 'Try again when units were bought; the owner has been told.',
  },
} as const satisfies ProblemTable;
