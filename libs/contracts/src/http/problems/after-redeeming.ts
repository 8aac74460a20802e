import type { ProblemTable } from './problem-table.js';

/** Of what follows a redemption: its evidence, and its being taken back. */
export const afterRedeemingProblems = {
  evidence_not_found: {
    status: 404,
    title: 'No such evidence',
    mend: 'Use the token of your own redemption; one that was taken back has no evidence any more.',
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
} as const satisfies ProblemTable;
