import type { CouponView } from '#contracts';
import { CommandOutcome, type Principal, ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Coupon } from '../domain/coupon.js';
import { type CouponEdit, edit } from '../domain/edit.js';
import { isOut } from '../domain/life-cycle.js';
import { asProposed } from '../domain/revision.js';
import { wasPublished } from '../domain/snapshot.js';
import type { KnownProgramme, KnownTrigger, SeenImage } from '../domain/surroundings.js';
import { ImageUnseen, LookAtImage, refuseUnusable } from '../images/look-at-image.js';
import { ChannelStore } from '../store/channel.store.js';
import { CouponViewStore } from '../store/coupon-view.store.js';
import { DatabaseClock } from '../store/database-clock.js';
import { ProgrammeStore } from '../store/programme.store.js';
import { TriggerStore } from '../store/trigger.store.js';
import { couponAnswer } from './coupon-answer.js';
import { LockOwnedCoupon } from './lock-owned-coupon.js';
import { valueOf } from './refusal-to-problem.js';
import { SaveCouponChange } from './save-coupon-change.js';

/** An edit as it was sent. */
export type WantedEdit = Omit<CouponEdit, 'trigger' | 'partnerId' | 'programmes'>;

@Injectable()
export class EditCoupon {
  constructor(
    private readonly database: TenantDatabase,
    private readonly clock: DatabaseClock,
    private readonly lockOwned: LockOwnedCoupon,
    private readonly channels: ChannelStore,
    private readonly programmes: ProgrammeStore,
    private readonly lookAtImage: LookAtImage,
    private readonly triggers: TriggerStore,
    private readonly save: SaveCouponChange,
    private readonly views: CouponViewStore,
  ) {}

  /** Answers the coupon after the edit. One that changes nothing leaves no trace, so it can be sent again. */
  async run(principal: Principal, couponId: string, wanted: WantedEdit): Promise<CommandOutcome<CouponView>> {
    return this.lookAtImage.whenNeeded(principal.tenantId, (image) =>
      this.edit(principal, couponId, wanted, image),
    );
  }

  private edit(
    principal: Principal,
    couponId: string,
    wanted: WantedEdit,
    image: SeenImage | null,
  ): Promise<CommandOutcome<CouponView>> {
    const { tenantId, subject } = principal;
    return this.database.transaction(tenantId, async (tx) => {
      const stored = await this.lockOwned.run(tx, principal, couponId);
      const before = await this.asShown(tx, tenantId, stored);
      const channel = await this.channels.find(tx, tenantId, before.channelId);
      if (channel === null) throw new ProblemError('channel_not_found');
      const trigger = await this.trigger(tx, tenantId, before, wanted);
      const programmes = await this.programmesOf(tx, tenantId, before, wanted);
      const now = await this.clock.now(tx);
      const after = valueOf(
        edit(before, { ...wanted, trigger, programmes, partnerId: channel.partnerId }, now),
      );
      if (asProposed(after).imageId !== asProposed(before).imageId) refuseUnseen(asProposed(after), image);
      const by = { kind: 'person', id: subject } as const;
      const action = after.pendingRevision === before.pendingRevision ? 'edit' : 'revise';
      if (after !== before) {
        const shown = { before, after, action, by, at: now } as const;
        // Row and snapshot keep the cap of the first publication.
        const kept = wasPublished(stored) ? { ...after, maxRedemptions: stored.maxRedemptions } : after;
        await this.save.run(tx, tenantId, { ...shown, before: stored, after: kept }, shown);
      }
      return new CommandOutcome(couponAnswer(200, await this.views.find(tx, tenantId, couponId)));
    });
  }

  /** With the total cap that redemption has told: an owner edits, and the audit keeps, what the page shows. */
  private async asShown(tx: EntityManager, tenantId: string, coupon: Coupon): Promise<Coupon> {
    const shown = await this.views.find(tx, tenantId, coupon.couponId);
    return shown === null ? coupon : { ...coupon, maxRedemptions: shown.maxRedemptions };
  }

  /** Held until the transaction ends, as publication holds it; a draft may name any. */
  private async trigger(
    tx: EntityManager,
    tenantId: string,
    before: Coupon,
    { fields: { triggerId } }: WantedEdit,
  ): Promise<KnownTrigger | null> {
    if (typeof triggerId !== 'string' || !isOut(before.status)) return null;
    return this.triggers.hold(tx, tenantId, triggerId);
  }

  /** The coupon's, where the edit is about its levels. */
  private async programmesOf(
    tx: EntityManager,
    tenantId: string,
    { programmeId }: Coupon,
    { fields: { levelIds } }: WantedEdit,
  ): Promise<readonly KnownProgramme[]> {
    if (levelIds === undefined || programmeId === null) return [];
    return this.programmes.hold(tx, tenantId, [programmeId]);
  }
}

/** @throws ProblemError image_not_found; ImageUnseen where the storage was not asked for that image */
function refuseUnseen({ imageId }: Pick<Coupon, 'imageId'>, image: SeenImage | null): void {
  if (imageId === null) return;
  if (image?.imageId !== imageId) throw new ImageUnseen(imageId);
  refuseUnusable(image);
}
