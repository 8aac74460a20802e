import type { CouponView } from '#contracts';
import {
  type CommandAnswer,
  type CommandOutcome,
  type CommandRequest,
  IdempotentCommands,
  ProblemError,
} from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { decide } from '../domain/decide.js';
import { isOut } from '../domain/life-cycle.js';
import { asProposed } from '../domain/revision.js';
import type { SeenImage } from '../domain/surroundings.js';
import { LookAtImage } from '../images/look-at-image.js';
import { CouponStore } from '../store/coupon.store.js';
import { CouponViewStore } from '../store/coupon-view.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { couponAnswer } from './coupon-answer.js';
import { GatherSurroundings } from './gather-surroundings.js';
import { valueOf } from './refusal-to-problem.js';
import { SaveCouponChange } from './save-coupon-change.js';

export interface Approval {
  readonly couponId: string;
  /** The version that the tenant has looked at; null = whatever it is. */
  readonly expectedVersion: number | null;
  /** null = approved */
  readonly rejectedBecause: string | null;
}

@Injectable()
export class DecideApproval {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly clock: DatabaseClock,
    private readonly coupons: CouponStore,
    private readonly lookAtImage: LookAtImage,
    private readonly surroundings: GatherSurroundings,
    private readonly save: SaveCouponChange,
    private readonly views: CouponViewStore,
  ) {}

  /** Answers the coupon: published, or a draft again with the reason; or out as before, its revision live or dropped. */
  async run(command: CommandRequest, wanted: Approval): Promise<CommandOutcome<CouponView>> {
    const { tenantId } = command.principal;
    return this.lookAtImage.whenNeeded(tenantId, (image) =>
      this.commands.run(command, (tx) => this.decide(tx, command, wanted, image)),
    );
  }

  private async decide(
    tx: EntityManager,
    { principal: { tenantId, subject } }: CommandRequest,
    { couponId, expectedVersion, rejectedBecause: reason }: Approval,
    image: SeenImage | null,
  ): Promise<CommandAnswer<CouponView>> {
    const before = await this.coupons.lock(tx, tenantId, couponId);
    if (before === null) throw new ProblemError('coupon_not_found');
    const command =
      reason === null
        ? ({
            action: 'approve',
            surroundings: await this.surroundings.run(tx, tenantId, asProposed(before), image),
          } as const)
        : ({ action: 'reject', reason } as const);
    const now = await this.clock.now(tx);
    const after = valueOf(decide(before, { ...command, expectedVersion }, now));
    if (after === 'removed') throw new Error('neither approval nor rejection removes a coupon');
    const by = { kind: 'person', id: subject } as const;
    // The audit log tells a decision about a revision from one about the coupon.
    const action = isOut(before.status) ? (`${command.action}-revision` as const) : command.action;
    await this.save.run(tx, tenantId, { before, after, action, by, at: now });
    return couponAnswer(200, await this.views.find(tx, tenantId, couponId));
  }
}
