import { z } from 'zod';

/**
 * Every way in which the edges refuse. `code` is stable: clients may switch on it. `title` is what happened,
 * `mend` what the caller can do. One table, so that the documents, the services and the tests agree.
 */
export const problemCodes = {
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    mend: 'Correct the fields named in `errors` and send it again.',
  },
  malformed_json: {
    status: 400,
    title: 'The body is not valid JSON',
    mend: 'Send a JSON body with content-type application/json.',
  },
  idempotency_key_missing: {
    status: 400,
    title: 'The Idempotency-Key header is missing or malformed',
    mend: 'Send a header Idempotency-Key of 1 to 200 visible ASCII characters, unique per intended change.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid access token',
    mend: 'Send a header `Authorization: Bearer <token>` with a token that is valid now.',
  },
  forbidden: {
    status: 403,
    title: 'This token may not do that',
    mend: 'Use a token with one of the roles that the API reference names for this route.',
  },
  not_found: { status: 404, title: 'Nothing here', mend: 'Check the address and the id.' },
  method_not_allowed: {
    status: 405,
    title: 'The route does not take this method',
    mend: 'See the API reference.',
  },
  version_conflict: {
    status: 409,
    title: 'The resource has changed since it was read',
    mend: 'Read it again and repeat the change on the newer version.',
  },
  wrong_state: {
    status: 409,
    title: 'The action is not possible in the present state',
    mend: 'See `detail` for the state and the actions that it allows.',
  },
  payload_too_large: {
    status: 413,
    title: 'The body is too large',
    mend: 'Send at most the number of bytes that `detail` names.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The content type is not supported',
    mend: 'Send application/json.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'The Idempotency-Key was used with another body',
    mend: 'Use a new key for a new request; repeat a request with the same body.',
  },
  request_timeout: {
    status: 408,
    title: 'The request did not arrive in time',
    mend: 'Send headers and body without a pause.',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    mend: 'Send fewer or shorter headers.',
  },
  rate_limited: { status: 429, title: 'Too many requests', mend: 'Wait as long as Retry-After says.' },
  internal: {
    status: 500,
    title: 'Something broke on our side',
    mend: 'Send it again with the same Idempotency-Key; quote correlationId if it persists.',
  },
  overloaded: {
    status: 503,
    title: 'Too busy just now',
    mend: 'Send it again with the same Idempotency-Key after Retry-After.',
  },
  unavailable: {
    status: 503,
    title: 'A server that this needs cannot be reached',
    mend: 'Send it again with the same Idempotency-Key after Retry-After.',
  },

  coupon_not_found: {
    status: 404,
    title: 'No such coupon',
    mend: 'Check the coupon id; a coupon can be redeemed shortly after it is published.',
  },
  coupon_not_started: {
    status: 409,
    title: 'The coupon has not started yet',
    mend: 'Try again at `retryAt`.',
  },
  coupon_ended: { status: 409, title: 'The coupon has ended', mend: 'It cannot be redeemed any more.' },
  coupon_disabled: {
    status: 409,
    title: 'The coupon is disabled for now',
    mend: 'Try again when its owner has enabled it.',
  },
  coupon_finished: { status: 409, title: 'The coupon is finished', mend: 'It cannot be redeemed any more.' },
  coupon_wrong_type: {
    status: 409,
    title: 'This coupon is redeemed another way',
    mend: 'See `detail` for how.',
  },
  sold_out: {
    status: 409,
    title: 'All redemptions of this coupon are used up',
    mend: 'It cannot be redeemed any more.',
  },
  user_limit_reached: {
    status: 409,
    title: 'This user has redeemed the coupon as often as allowed',
    mend: 'It cannot be redeemed any more by this user.',
  },
  not_a_follower: {
    status: 403,
    title: 'The coupon is for followers of its channel',
    mend: 'Follow the channel, then redeem.',
  },
  channel_not_found: {
    status: 404,
    title: 'No such channel, or not one of yours',
    mend: 'Use the id of a channel that you own.',
  },
  missing_to_publish: {
    status: 409,
    title: 'The coupon cannot be published yet',
    mend: 'Fill in the fields named in `errors`.',
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
  coupon_window_closed: {
    status: 409,
    title: 'The coupon is closed at this time',
    mend: 'Try again at `retryAt`.',
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
  partner_balance_exhausted: {
    status: 409,
    title: 'The account behind the coupon holds too few add-on units',
    mend: 'Try again when units were bought; the owner has been told.',
  },
  device_required: {
    status: 403,
    title: 'This token names no device',
    mend: 'Sign in on the device that shows the code.',
  },
  code_malformed: {
    status: 400,
    title: 'This is no code of ours',
    mend: 'Scan again; typed by hand, check every character.',
  },
  code_invalid: {
    status: 403,
    title: 'The code is not genuine',
    mend: 'Show the code on the phone, or the print, that it was made for.',
  },
  code_expired: {
    status: 409,
    title: 'The code is too old',
    mend: 'Show the present code; a phone whose clock is slow goes online once.',
  },
  code_ahead: {
    status: 409,
    title: "The code is of a time to come: the phone's clock is fast",
    mend: 'Open the wallet online once, so that it corrects its clock.',
  },
  code_replayed: {
    status: 409,
    title: 'The code was used already',
    mend: 'Show the next code; it changes every 30 seconds.',
  },
  code_other_device: {
    status: 409,
    title: 'The pass has moved to another device',
    mend: 'Show the code on the device that fetched the pass last.',
  },
  pass_expired: {
    status: 409,
    title: 'The pass is over',
    mend: 'Fetch a new pass online.',
  },
  scanned_just_now: {
    status: 409,
    title: 'This coupon of this user was scanned a moment ago',
    mend: 'Try again at `retryAt`, if it is meant to be used twice.',
  },
  other_partner: {
    status: 403,
    title: 'The coupon belongs to another partner',
    mend: 'A cashier redeems coupons of the own partner only.',
  },
  store_not_allowed: {
    status: 403,
    title: 'This cashier does not work at this store',
    mend: 'Sign in at a store that the account lists for the cashier.',
  },
  code_withdrawn: {
    status: 409,
    title: 'The printed code was renewed',
    mend: 'Use the new print.',
  },
  print_needs_limit: {
    status: 409,
    title: 'A printed code needs a limit per user',
    mend: 'Set a cap per user or a time limit first: without one, one person could use up the coupon.',
  },
  evidence_not_found: {
    status: 404,
    title: 'No such evidence',
    mend: 'Use the token of your own redemption.',
  },
  evidence_expired: {
    status: 410,
    title: 'The three minutes are over',
    mend: 'The redemption stands; its evidence is shown no more.',
  },
  redemption_not_found: {
    status: 404,
    title: 'No such redemption',
    mend: 'Check the id; a cashier or an owner sees those of the own partner.',
  },
  already_voided: {
    status: 409,
    title: 'The redemption was taken back already',
    mend: 'Nothing is left to do.',
  },
  void_too_late: {
    status: 409,
    title: 'The time to take it back is over',
    mend: 'A redemption can be taken back for a time that `detail` names.',
  },
  bonus_spent: {
    status: 409,
    title: 'The user has spent the bonus of this redemption',
    mend: 'It cannot be taken back any more.',
  },
  point_name_not_found: {
    status: 404,
    title: 'No such point name',
    mend: 'Use the id of a point name of your own account.',
  },
  points_grant_not_allowed: {
    status: 403,
    title: 'This cashier may not give points',
    mend: 'Ask the owner of the account for a limit.',
  },
  points_grant_limit: {
    status: 409,
    title: 'More points than this cashier may give',
    mend: 'See `detail` for the limit; try less, or later.',
  },
  balance_too_large: {
    status: 409,
    title: 'The balance would grow past what can be counted',
    mend: 'Try again once the user has spent points of that name; who gives points can also give fewer.',
  },
  trigger_not_found: {
    status: 404,
    title: 'No such trigger',
    mend: "Use the id of a trigger of the tenant's list.",
  },
  cap_request_not_found: {
    status: 404,
    title: 'No such request',
    mend: 'Use the address that the answer to the request named.',
  },
  programme_not_found: {
    status: 404,
    title: 'No such programme',
    mend: 'Use the id of a programme of your own account.',
  },
  partner_not_found: {
    status: 404,
    title: 'No such account',
    mend: 'Check the id.',
  },
  auto_coupons_in_a_circle: {
    status: 409,
    title: 'Automatic coupons would feed each other for ever',
    mend: 'See `detail` for the circle; change the price or the bonus of one of them.',
  },
} as const satisfies Record<string, { status: number; title: string; mend: string }>;

export type ProblemCode = keyof typeof problemCodes;

export const fieldError = z.object({
  pointer: z
    .string()
    .describe('RFC 6901 pointer into the body, or `header/<name>`, `path/<name>`, `query/<name>`.'),
  message: z.string(),
});
export type FieldError = z.infer<typeof fieldError>;

/** RFC 9457 problem details. */
export const problem = z
  .object({
    type: z.string().meta({ example: 'urn:octopus-coupons:problem:sold_out' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.string().meta({ description: 'Stable; see the list of codes.', example: 'sold_out' }),
    detail: z.string().optional(),
    mend: z.string().meta({ description: 'What the caller can do about it.' }),
    instance: z.string().optional(),
    correlationId: z.string().optional(),
    errors: z.array(fieldError).optional(),
    retryAt: z.string().optional().describe('The next instant at which the request may succeed.'),
    pointsMissing: z.string().optional().describe('points_short: how many are missing.'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;
