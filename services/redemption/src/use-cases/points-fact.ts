import type { PointsCredited, PointsDebited } from '#contracts';
import type { NewEvent } from '#platform';
import type { LedgerEntry } from '../domain/ledger.js';

/** The fact that tells of an entry; it must leave while the balance's row is locked, so that facts keep its order. */
export function pointsFact(
  tenantId: string,
  entry: LedgerEntry,
): NewEvent<'redemption.points.v1', 'points-credited' | 'points-debited'> {
  const { entryId, userId, pointNameId, programmeId, amount, balance, revision, hops, bookedAt } = entry;
  const time = bookedAt.toISOString();
  return {
    topic: 'redemption.points.v1',
    name: amount > 0n ? 'points-credited' : 'points-debited',
    tenantId,
    key: `${userId}/${pointNameId}`,
    subject: `points/${userId}/${pointNameId}`,
    revision,
    time,
    // Which causes go with which sign is checked by the contract when the fact is written.
    data: {
      entryId,
      userId,
      pointNameId,
      programmeId,
      amount: String(amount > 0n ? amount : -amount),
      balance: String(balance),
      balanceRevision: revision,
      hops,
      bookedAt: time,
      cause: entry.cause,
    } as PointsCredited | PointsDebited,
  };
}
