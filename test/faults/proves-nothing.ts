/**
 * The row could not bring its fault about (nobody came by the failpoint, nobody met the lock): nothing was violated, and
 * nothing was shown. `runRow` tries again with another seed.
 */
export class ProvesNothing extends Error {}
