import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { VoidView } from '#contracts';
import {
  type CommandAnswer,
  type CommandOutcome,
  type CommandRequest,
  IdempotentCommands,
  Outbox,
  type Principal,
  ProblemError,
  TenantDatabase,
} from '#platform';
import { type Voided, voidView } from '../domain/void.js';
import { CouponMemory } from '../memory/coupon-memory.js';
import { RedemptionGate } from '../redis/redemption-gate.js';
import { DirectoryStore } from '../store/directory.store.js';
import { RedemptionVoidStore, type VoidRefusal } from '../store/redemption-void.store.js';
import { TenantSettingsStore } from '../store/tenant-settings.store.js';
import { voidFacts } from './void-facts.js';

/**
 * A cashier or an owner takes a redemption back: all that it moved goes back in one transaction, once. Never through the
 * combiner: it is rare, and its lock on the coupon's row puts it in line with the batches.
 */
@Injectable()
export class VoidRedemption {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly directory: DirectoryStore,
    private readonly voids: RedemptionVoidStore,
    private readonly outbox: Outbox,
    private readonly database: TenantDatabase,
    private readonly memory: CouponMemory,
    private readonly gate: RedemptionGate,
    private readonly settings: TenantSettingsStore,
  ) {}

  /** @throws ProblemError when it stays: nothing has changed then, and the key is free */
  run(
    command: CommandRequest,
    redemptionId: string,
    reason: string | null,
  ): Promise<CommandOutcome<VoidView>> {
    return this.commands.run(command, (tx) => this.takeBack(tx, command.principal, redemptionId, reason));
  }

  private async takeBack(
    tx: EntityManager,
    principal: Principal,
    redemptionId: string,
    reason: string | null,
  ): Promise<CommandAnswer<VoidView>> {
    const { tenantId, subject: by, channels: channelIds } = principal;
    const partnerId = principal.role === 'cashier' ? await this.accountOf(tx, principal) : null;
    const minutes = await this.settings.voidMinutes(tx, tenantId);
    const done = await this.voids.run(tx, tenantId, {
      redemptionId,
      by,
      partnerId,
      channelIds,
      reason,
      withinSeconds: minutes * 60,
    });
    if ('refusal' in done) throw problemOf(done, minutes);
    const { voided, points, calls } = voidFacts(tenantId, done);
    await this.outbox.add(tx, voided);
    await this.outbox.addAll(tx, points);
    await this.outbox.addAll(tx, calls);
    this.database.afterCommit(tx, () => this.tellRedis(tenantId, done));
    return { status: 200, body: voidView(done) };
  }

  /** The cashier's account, if they work where they say. */
  private async accountOf(
    tx: EntityManager,
    { tenantId, subject: cashierId, partner: partnerId, store: storeId }: Principal,
  ): Promise<string> {
    const isThere =
      partnerId !== undefined &&
      storeId !== undefined &&
      (await this.directory.cashierAtStore(tx, tenantId, { cashierId, partnerId, storeId }));
    if (!isThere) throw new ProblemError('store_not_allowed');
    return partnerId;
  }

  /** Absolute numbers under their revision, as after a batch; missed, they come with the next one. */
  private async tellRedis(tenantId: string, done: Voided): Promise<void> {
    const { couponId, userId, stock, perUserCap, timeLimitSeconds, usesLeft, lastAt } = done;
    this.memory.learnStock(tenantId, couponId, stock);
    if (stock.max === null && perUserCap === null && timeLimitSeconds === null) return;
    const timeLimitMs = timeLimitSeconds === null ? null : timeLimitSeconds * 1_000;
    const users = [{ userId, uses: usesLeft, lastAt }];
    await this.gate.settle([{ tenantId, couponId, stock, perUserCap, timeLimitMs, users }]);
  }
}

function problemOf({ refusal, voidedAt, redeemedAt }: VoidRefusal, minutes: number): ProblemError {
  if (refusal === 'already_voided')
    return new ProblemError(refusal, { detail: `It was taken back at ${voidedAt ?? ''}.` });
  if (refusal === 'void_too_late')
    return new ProblemError(refusal, {
      detail: `It was redeemed at ${redeemedAt ?? ''}, more than ${minutes} minutes ago.`,
    });
  return new ProblemError(refusal);
}
