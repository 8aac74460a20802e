import type { ProblemTable } from './problem-table.js';

/** Of any route: the request itself, its token, the load. */
export const anyRouteProblems = {
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
  request_timeout: {
    status: 408,
    title: 'The request did not arrive in time',
    mend: 'Send headers and body without a pause.',
  },
  version_conflict: {
    status: 409,
    title: 'The resource has changed since it was read',
    mend: 'Read it again and repeat the change on the newer version; `versions` names both.',
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
  rate_limited: { status: 429, title: 'Too many requests', mend: 'Wait as long as Retry-After says.' },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    mend: 'Send fewer or shorter headers.',
  },
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
} as const satisfies ProblemTable;
