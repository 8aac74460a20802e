import { setTimeout as sleep } from 'node:timers/promises';
import type { CapRequestView, RequestCapBody } from '#contracts';
import { CommandOutcome, type CommandRequest, IdempotentCommands, Outbox, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { CatalogConfig } from '../config.js';
import { capMayBeAskedFor } from '../domain/cap.js';
import { AuditStore } from '../store/audit.store.js';
import { CapRequestStore } from '../store/cap-request.store.js';
import { CouponViewStore } from '../store/coupon-view.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { LockOwnedCoupon } from './lock-owned-coupon.js';
import { valueOf } from './refusal-to-problem.js';

const lookAgainAfterMs = 50;

@Injectable()
export class RequestCap {
  constructor(
    private readonly config: CatalogConfig,
    private readonly commands: IdempotentCommands,
    private readonly database: TenantDatabase,
    private readonly clock: DatabaseClock,
    private readonly lockOwned: LockOwnedCoupon,
    private readonly requests: CapRequestStore,
    private readonly views: CouponViewStore,
    private readonly audit: AuditStore,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Asks redemption for another total cap and waits a short while for its decision: 200 with it, or 202. A repeated
   * request asks no second time, and answers how the first one stands by now.
   */
  async run(
    command: CommandRequest,
    couponId: string,
    wanted: RequestCapBody,
  ): Promise<CommandOutcome<CapRequestView>> {
    const asked = await this.commands.run(command, async (tx) => ({
      status: 202,
      body: await this.ask(tx, command, couponId, wanted),
    }));
    const body = await this.decided(command.principal.tenantId, asked.body);
    return new CommandOutcome({
      status: body.state === 'pending' ? 202 : 200,
      body,
      // Relative to the address that was asked: it holds behind any prefix.
      headers: { location: `cap-requests/${body.requestId}` },
      replayed: asked.replayed,
    });
  }

  private async ask(
    tx: EntityManager,
    { principal }: CommandRequest,
    couponId: string,
    { maxRedemptions, expectedMax }: RequestCapBody,
  ): Promise<CapRequestView> {
    const { tenantId, subject } = principal;
    const coupon = await this.lockOwned.run(tx, principal, couponId);
    const at = await this.clock.now(tx);
    valueOf(capMayBeAskedFor(coupon, at));
    const requestedAt = at.toISOString();
    const wish = { requestId: uuidv7(), couponId, maxRedemptions, requestedAt };
    const request = { ...wish, state: 'pending', reason: null, overdue: false, decidedAt: null } as const;
    await this.requests.insert(tx, tenantId, request, subject);
    const shown = await this.views.find(tx, tenantId, couponId);
    const before = { maxRedemptions: shown?.maxRedemptions ?? null };
    const by = { kind: 'person', id: subject } as const;
    await this.audit.add(tx, tenantId, { couponId }, { before, after: wish, action: 'request-cap', by, at });
    await this.outbox.add(tx, {
      topic: 'catalog.cap-request.v1',
      name: 'cap-requested',
      tenantId,
      key: couponId,
      subject: `cap-request/${wish.requestId}`,
      time: requestedAt,
      data: { ...wish, ...(expectedMax !== undefined && { expectedMax }), requestedBy: subject },
    });
    return request;
  }

  /** The request as it stands once decided, or when the wait is over. */
  private async decided(tenantId: string, request: CapRequestView): Promise<CapRequestView> {
    const until = performance.now() + this.config.CATALOG_CAP_WAIT_MS;
    for (;;) {
      const found = await this.database.read(tenantId, (tx) => this.requests.find(tx, tenantId, request));
      if (found !== null && found.state !== 'pending') return found;
      const left = until - performance.now();
      if (left <= 0) return request;
      await sleep(Math.min(lookAgainAfterMs, left));
    }
  }
}
