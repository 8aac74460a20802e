import type { EventInput, NewEvent } from '#platform';
import type { LedgerEntry } from '../domain/ledger.js';
import type { OwedCall, VoidBooking, Voided } from '../domain/void.js';
import { pointsFact } from './points-fact.js';

/** What others are told, one topic after the other. */
export interface VoidFacts {
  readonly voided: NewEvent<'redemption.redemption.v1', 'voided'>;
  readonly points: readonly NewEvent<'redemption.points.v1', 'points-credited' | 'points-debited'>[];
  readonly calls: readonly NewEvent<'redemption.fulfilment.v1', 'fulfilment-failed'>[];
}

export function voidFacts(tenantId: string, done: Voided): VoidFacts {
  const bookings = [done.price, done.bonus].filter((booking) => booking !== null);
  return {
    voided: voidedFact(tenantId, done),
    points: bookings.map((booking) => pointsFact(tenantId, entryOf(booking, done))),
    // Given up before: that was told then, with its own reason. On its way: what becomes of it is told when it is known.
    calls: done.call?.state === 'pending' ? [withdrawnFact(tenantId, done, done.call)] : [],
  };
}

function voidedFact(tenantId: string, done: Voided): NewEvent<'redemption.redemption.v1', 'voided'> {
  const { redemptionId, couponId, channelId, userId, voidedAt, voidedBy, redeemedAt, usesLeft } = done;
  const { storeId, cashierId, reason, price, bonus, units, call, stock } = done;
  return {
    topic: 'redemption.redemption.v1',
    name: 'voided',
    tenantId,
    key: redemptionId,
    subject: `redemption/${redemptionId}`,
    time: voidedAt,
    data: {
      redemptionId,
      couponId,
      channelId,
      userId,
      voidedAt,
      voidedBy,
      redeemedAt,
      userRedemptions: usesLeft,
      storeId,
      cashierId,
      reason,
      returned: {
        price: price && { pointNameId: price.pointNameId, amount: price.amount },
        bonus: bonus && { pointNameId: bonus.pointNameId, amount: bonus.amount.replace('-', '') },
        units,
        fulfilmentId: call === null || call.state === 'succeeded' ? null : call.fulfilmentId,
      },
      stock,
    },
  };
}

function withdrawnFact(
  tenantId: string,
  { redemptionId, voidedAt }: Voided,
  call: OwedCall,
): NewEvent<'redemption.fulfilment.v1', 'fulfilment-failed'> {
  const { fulfilmentId, couponId, channelId, partnerId, userId, triggerId, round, attempts } = call;
  const { units, unitsResource: resource } = call;
  const data: EventInput<'redemption.fulfilment.v1', 'fulfilment-failed'> = {
    fulfilmentId,
    redemptionId,
    couponId,
    channelId,
    partnerId,
    userId,
    triggerId,
    units: units === null || resource === null ? null : { resource, units },
    round,
    attempts,
    reason: 'voided',
    lastStatus: null,
    failedAt: voidedAt,
  };
  return {
    topic: 'redemption.fulfilment.v1',
    name: 'fulfilment-failed',
    tenantId,
    key: fulfilmentId,
    subject: `fulfilment/${fulfilmentId}`,
    time: voidedAt,
    data,
  };
}

function entryOf(booking: VoidBooking, { userId, voidedAt }: Voided): LedgerEntry {
  return {
    ...booking,
    userId,
    amount: BigInt(booking.amount),
    balance: BigInt(booking.balance),
    revision: booking.balanceRevision,
    bookedAt: new Date(voidedAt),
  };
}
