import type { ProblemTable } from './problem-table.js';

/** Of what owners and the tenant's administrators work on. */
export const ownersProblems = {
  channel_not_found: {
    status: 404,
    title: 'No such channel, or not one of yours',
    mend: 'Use the id of a channel that you own.',
  },
  partner_not_found: {
    status: 404,
    title: 'No such account',
    mend: 'Check the id.',
  },
  programme_not_found: {
    status: 404,
    title: 'No such programme',
    mend: 'Use the id of a programme of your own account.',
  },
  point_name_not_found: {
    status: 404,
    title: 'No such point name',
    mend: 'Use the id of a point name of your own account.',
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
  share_link_not_found: {
    status: 404,
    title: 'The link leads nowhere',
    mend: 'Ask whoever shared it for another one: it was revoked, or is of another app.',
  },
  missing_to_publish: {
    status: 409,
    title: 'The coupon cannot be published yet',
    mend: 'Fill in the fields named in `errors`.',
  },
  auto_coupons_in_a_circle: {
    status: 409,
    title: 'Automatic coupons would feed each other for ever',
    mend: 'See `detail` for the circle; change the price or the bonus of one of them.',
  },
} as const satisfies ProblemTable;
