import type { ProblemTable } from './problem-table.js';

/** Of points given by hand, and of balances. */
export const pointsProblems = {
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
} as const satisfies ProblemTable;
