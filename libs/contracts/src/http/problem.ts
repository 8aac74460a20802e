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
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problem>;
