/** What keeps the protocol right, each by a name that the stories and the documents use. Each can be taken away. */
export const guards = {
  lockBeforeRead: 'a batch locks its coupon by a statement of its own, before it reads',
  keyAfterLock: 'known keys are looked up after the lock',
  uniqueKey: 'the key of a stored answer is unique',
  answerInTransaction: 'the answer is stored in the transaction of the redemption',
  factInTransaction: 'the fact is written in the transaction of the redemption',
  clockAfterLock: 'the clock is read after the lock',
  termsVersion: 'an entry decided on other terms than those of the row is not applied',
  checkConstraint: 'CHECK (redeemed <= max)',
  stickyFinished: 'a coupon that was finished stays finished',
  unknownGoesBackThroughTheLock: 'a batch of unknown fate is run again, behind the lock',
  underwayGoesToTheFunction: 'a refusal that needs no lock to become true is left to the function',
  refusalsConfirmed: 'what Redis refuses is confirmed in PostgreSQL',
  holdsRefuseNobody: 'places held by batches in flight refuse nobody',
  epoch: 'Redis is believed only under the epoch of its present run',
  absoluteWrites: 'Redis is told committed numbers, not increments',
  revisionInRedis: 'an older revision never overwrites a newer one in Redis',
  balanceCheck: 'CHECK points_never_negative',
  spentMeanwhileRunsAgain: 'an entry whose points were spent meanwhile is run again',
  balancesInOneOrder: 'balances are written in one order, debits and credits alike',
  voidUnderLock: 'a void looks at the redemption after the lock',
  capUnderLock: 'a cap request looks at the row after the lock',
  stockCreatedOnce: 'only the first snapshot writes how much is left',
  olderFactsSkipped: 'a fact older than what is stored is skipped',
  attemptHasOneKey: 'an automatic attempt has one key for ever',
} as const;

export type Guard = keyof typeof guards;
