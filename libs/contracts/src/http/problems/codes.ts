import type { ProblemTable } from './problem-table.js';

/** Of passes, of codes that are scanned or typed, and of what is printed. */
export const codeProblems = {
  code_malformed: {
    status: 400,
    title: 'This is no code of ours',
    mend: 'Scan again; typed by hand, check every character.',
  },
  code_wrong_scanner: {
    status: 409,
    title: 'The code is for the other side of the counter',
    mend: "A cashier scans what a user's phone shows; users scan, in the app, what is printed or what the Partner app shows.",
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
  code_withdrawn: {
    status: 409,
    title: 'The printed code was renewed',
    mend: 'Use the new print.',
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
  device_required: {
    status: 403,
    title: 'This token names no device',
    mend: 'Sign in on the device that shows the code.',
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
  print_needs_limit: {
    status: 409,
    title: 'A printed code needs a limit per user',
    mend: 'The coupon has a total cap and no cap per user or time limit, so one person could use it up. What is published keeps its limits: archive it, and publish one with a limit.',
  },
  print_not_found: {
    status: 404,
    title: 'Nothing was printed of this coupon yet',
    mend: 'Make its code first, with a POST to `printed-code`.',
  },
} as const satisfies ProblemTable;
