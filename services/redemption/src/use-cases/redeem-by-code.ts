import { Injectable } from '@nestjs/common';
import type { CommandRequest } from '#platform';
import { type CodeAnswer, codeRefused } from '../domain/code-answer.js';
import type { CashierAtStore, Means } from '../domain/means.js';
import { TillStore } from '../store/till.store.js';
import { AcceptedBefore } from './accepted-before.js';
import { requestFingerprint, reservationId } from './request-identity.js';
import { SubmitRedemption } from './submit-redemption.js';

/** A cashier of whom only the token, or a code, speaks so far. */
export interface NamedCashier {
  readonly cashierId: string;
  readonly storeId: string | undefined;
  /** The account that the token names; undefined where a code names no account. */
  readonly partnerId?: string | undefined;
}

/** Whose redemption, of what, proven by what. `means` is asked for once the cashier's account is known. */
export interface CodeRedemption {
  readonly couponId: string;
  readonly userId: string;
  /** Who must work at the store; undefined: no cashier takes part. */
  readonly cashier?: NamedCashier;
  readonly means: (cashier: CashierAtStore) => Means;
}

/** Takes a genuine code into the protocol, once it is clear that its cashier works where they say. */
@Injectable()
export class RedeemByCode {
  constructor(
    private readonly till: TillStore,
    private readonly acceptedBefore: AcceptedBefore,
    private readonly submitRedemption: SubmitRedemption,
  ) {}

  /** @throws what PostgreSQL throws when it is away; the same request may then be sent again */
  async run(command: CommandRequest, { cashier, means, ...of }: CodeRedemption): Promise<CodeAnswer> {
    const { tenantId, subject: principal } = command.principal;
    const { route, idempotencyKey, bodyHash, correlationId } = command;
    const scope = {
      tenantId,
      ...of,
      reservationId: reservationId({ tenantId, principal, route, idempotencyKey }),
      fingerprint: requestFingerprint(of.couponId, bodyHash),
      correlationId,
    };
    const atStore = cashier === undefined ? noCashier : await this.cashierAtStore(tenantId, cashier);
    if (atStore === undefined)
      return this.acceptedBefore.run(command, () =>
        codeRefused('store_not_allowed', 'The account does not list the cashier at this store.'),
      );
    return this.submitRedemption.run({ ...scope, means: means(atStore) });
  }

  private async cashierAtStore(
    tenantId: string,
    { cashierId, storeId, partnerId }: NamedCashier,
  ): Promise<CashierAtStore | undefined> {
    if (storeId === undefined) return undefined;
    const account = await this.till.accountOfCashier(tenantId, cashierId, storeId);
    if (account === undefined || account !== (partnerId ?? account)) return undefined;
    return { cashierId, storeId, partnerId: account };
  }
}

const noCashier: CashierAtStore = { cashierId: '', storeId: '', partnerId: '' };
