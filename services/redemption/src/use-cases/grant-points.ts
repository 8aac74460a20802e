import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { GrantPointsBody, PointsEntryView, ProblemCode } from '#contracts';
import {
  type CommandAnswer,
  type CommandOutcome,
  type CommandRequest,
  IdempotentCommands,
  type Principal,
  ProblemError,
} from '#platform';
import { refuseGrant } from '../domain/grant-limit.js';
import { CashierGrantStore } from '../store/cashier-grant.store.js';
import { DirectoryStore, type KnownPointName } from '../store/directory.store.js';
import { BookCredit } from './book-credit.js';

/** Every way in which points given by hand are refused. */
export const grantRefusals = [
  'point_name_not_found',
  'programme_not_found',
  'store_not_allowed',
  'partner_suspended',
  'points_grant_not_allowed',
  'points_grant_limit',
  'balance_too_large',
] as const satisfies readonly ProblemCode[];

/** A cashier or an owner gives a user points of their own account, with a reason; the ledger keeps who and why. */
@Injectable()
export class GrantPoints {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly directory: DirectoryStore,
    private readonly cashierGrants: CashierGrantStore,
    private readonly bookCredit: BookCredit,
  ) {}

  /** @throws ProblemError with one of `grantRefusals`; nothing is booked then, and the key is free */
  run(command: CommandRequest, body: GrantPointsBody): Promise<CommandOutcome<PointsEntryView>> {
    return this.commands.run(command, (tx) => this.grant(tx, command.principal, body));
  }

  private async grant(
    tx: EntityManager,
    principal: Principal,
    body: GrantPointsBody,
  ): Promise<CommandAnswer<PointsEntryView>> {
    const { tenantId } = principal;
    const { userId, pointNameId, reason } = body;
    const amount = BigInt(body.amount);
    const pointName = await this.ownPointName(tx, principal, pointNameId);
    if (await this.directory.isSuspended(tx, tenantId, pointName.partnerId))
      throw new ProblemError('partner_suspended');
    if (principal.role === 'cashier') await this.keepToLimit(tx, principal, amount);

    const entryId = uuidv7();
    const cause = { kind: 'granted' as const, grantedBy: principal.subject, reason };
    const { programmeId } = pointName;
    const credit = { entryId, userId, pointNameId, programmeId, amount, cause, hops: 0 };
    const booked = await this.bookCredit.run(tx, tenantId, credit);
    if (booked === undefined)
      throw new ProblemError('balance_too_large', { detail: 'A balance holds at most 9223372036854775807.' });
    return {
      status: 201,
      body: {
        entryId,
        pointNameId,
        amount: String(amount),
        balance: String(booked.balance),
        cause,
        bookedAt: booked.bookedAt.toISOString(),
      },
    };
  }

  /** Of the cashier's account, or of one behind the owner's channels; others' point names do not exist for the caller. */
  private async ownPointName(
    tx: EntityManager,
    { tenantId, role, channels, partner }: Principal,
    pointNameId: string,
  ): Promise<KnownPointName> {
    const partnerIds =
      role === 'cashier'
        ? [partner].filter((partnerId) => partnerId !== undefined)
        : await this.directory.partnersOf(tx, tenantId, channels);
    const pointName = await this.directory.pointName(tx, tenantId, pointNameId);
    if (pointName === undefined || pointName.removed || !partnerIds.includes(pointName.partnerId))
      throw new ProblemError('point_name_not_found');
    const { programmeId, partnerId } = pointName;
    if (programmeId !== null && !(await this.directory.mayGrantOf(tx, tenantId, { programmeId, partnerId })))
      throw new ProblemError('programme_not_found');
    return pointName;
  }

  private async keepToLimit(
    tx: EntityManager,
    { tenantId, subject: cashierId, partner, store }: Principal,
    amount: bigint,
  ): Promise<void> {
    // First the lock: a cashier who is taken off meanwhile gives nothing.
    const limit = await this.cashierGrants.lockLimit(tx, tenantId, cashierId);
    const isThere =
      partner !== undefined &&
      store !== undefined &&
      (await this.directory.cashierAtStore(tx, tenantId, { cashierId, partnerId: partner, storeId: store }));
    if (!isThere) throw new ProblemError('store_not_allowed');
    const given = await this.cashierGrants.givenInDay(tx, tenantId, cashierId);
    const refusal = refuseGrant(limit, given, amount);
    if (refusal !== undefined) throw new ProblemError(refusal.code, { detail: refusal.detail });
  }
}
