import type { CouponView } from '#contracts';
import { type CommandAnswer, type CommandOutcome, type CommandRequest, IdempotentCommands } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Coupon } from '../domain/coupon.js';
import { type CouponCommand, decide } from '../domain/decide.js';
import { isOut, type OwnerAction } from '../domain/life-cycle.js';
import type { SeenImage } from '../domain/surroundings.js';
import { LookAtImage } from '../images/look-at-image.js';
import { CouponViewStore } from '../store/coupon-view.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { couponAnswer } from './coupon-answer.js';
import { GatherSurroundings } from './gather-surroundings.js';
import { LockOwnedCoupon } from './lock-owned-coupon.js';
import { valueOf } from './refusal-to-problem.js';
import { SaveCouponChange } from './save-coupon-change.js';

export interface CouponAction {
  readonly couponId: string;
  readonly action: OwnerAction;
  /** From If-Match; null = whatever the version is. */
  readonly expectedVersion: number | null;
}

@Injectable()
export class ActOnCoupon {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly clock: DatabaseClock,
    private readonly lockOwned: LockOwnedCoupon,
    private readonly lookAtImage: LookAtImage,
    private readonly surroundings: GatherSurroundings,
    private readonly save: SaveCouponChange,
    private readonly views: CouponViewStore,
  ) {}

  /** Answers the coupon after the action; 204 without a body after a deletion. */
  async run(command: CommandRequest, wanted: CouponAction): Promise<CommandOutcome<CouponView | null>> {
    const { tenantId } = command.principal;
    return this.lookAtImage.whenNeeded(tenantId, (image) =>
      this.commands.run(command, (tx) => this.act(tx, command, wanted, image)),
    );
  }

  private async act(
    tx: EntityManager,
    { principal }: CommandRequest,
    wanted: CouponAction,
    image: SeenImage | null,
  ): Promise<CommandAnswer<CouponView | null>> {
    const { tenantId, subject } = principal;
    const { couponId, action } = wanted;
    const before = await this.lockOwned.run(tx, principal, couponId);
    const command = await this.commandOf(tx, tenantId, before, wanted, image);
    // The clock is read after all locks: what was waited for counts.
    const now = await this.clock.now(tx);
    const outcome = valueOf(decide(before, command, now));
    const after = outcome === 'removed' ? null : outcome;
    const by = { kind: 'person', id: subject } as const;
    const told = action === 'withdraw' && isOut(before.status) ? 'withdraw-revision' : action;
    await this.save.run(tx, tenantId, { before, after, action: told, by, at: now });
    if (after === null) return { status: 204, body: null };
    return couponAnswer(200, await this.views.find(tx, tenantId, couponId));
  }

  private async commandOf(
    tx: EntityManager,
    tenantId: string,
    coupon: Coupon,
    { action, expectedVersion }: CouponAction,
    image: SeenImage | null,
  ): Promise<CouponCommand> {
    if (!goesOut(action)) return { action, expectedVersion };
    return {
      action,
      expectedVersion,
      surroundings: await this.surroundings.run(tx, tenantId, coupon, image),
    };
  }
}

function goesOut(action: OwnerAction): action is 'publish' | 'submit' {
  return action === 'publish' || action === 'submit';
}
