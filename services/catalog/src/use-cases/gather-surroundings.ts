import { ProblemError } from '#platform';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Coupon } from '../domain/coupon.js';
import type { SeenImage, Surroundings } from '../domain/surroundings.js';
import { ImageUnseen } from '../images/look-at-image.js';
import { ChannelStore } from '../store/channel.store.js';
import { CouponStore } from '../store/coupon.store.js';
import { PointNameStore } from '../store/point-name.store.js';
import { ProgrammeStore } from '../store/programme.store.js';
import { TriggerStore } from '../store/trigger.store.js';

@Injectable()
export class GatherSurroundings {
  constructor(
    private readonly channels: ChannelStore,
    private readonly coupons: CouponStore,
    private readonly pointNames: PointNameStore,
    private readonly programmes: ProgrammeStore,
    private readonly triggers: TriggerStore,
  ) {}

  /**
   * What publication looks at besides the coupon, whose row the caller has locked. None of it is taken away before the
   * transaction ends: it is locked in the order in which point names are changed, programmes before point names, and
   * whoever changes any of it locks no coupon.
   * @param image as `LookAtImage` saw it before the transaction
   * @throws ImageUnseen where it was not asked, and the coupon has one
   */
  async run(
    tx: EntityManager,
    tenantId: string,
    coupon: Coupon,
    image: SeenImage | null,
  ): Promise<Surroundings> {
    if (image === null && coupon.imageId !== null) throw new ImageUnseen(coupon.imageId);
    // A zone that changes meanwhile waits, and then finds the coupon published.
    const channel = await this.channels.hold(tx, tenantId, coupon.channelId);
    if (channel === null) throw new ProblemError('channel_not_found');
    const { price, bonus, triggerId } = coupon;
    const mayCloseACircle = coupon.type === 'auto' && price !== null && bonus !== null;
    return {
      timeZone: channel.timeZone,
      partnerId: channel.partnerId,
      ...(await this.pointsAndProgrammes(tx, tenantId, coupon)),
      trigger: triggerId === null ? null : await this.triggers.hold(tx, tenantId, triggerId),
      image,
      autoCoupons: mayCloseACircle ? await this.coupons.lockAutoCoupons(tx, tenantId) : [],
    };
  }

  private async pointsAndProgrammes(
    tx: EntityManager,
    tenantId: string,
    { price, bonus, programmeId }: Coupon,
  ): Promise<Pick<Surroundings, 'pointNames' | 'programmes'>> {
    const pointNameIds = [price, bonus].flatMap((amount) => amount?.pointNameId ?? []);
    // Read before they are locked, for the sake of the order: a point name's programme never changes.
    const named = pointNameIds.length > 0 ? await this.pointNames.findAll(tx, tenantId, pointNameIds) : [];
    const programmeIds = [programmeId, ...named.map((pointName) => pointName.programmeId)].filter(isNamed);
    const programmes = programmeIds.length > 0 ? await this.programmes.hold(tx, tenantId, programmeIds) : [];
    const pointNames = named.length > 0 ? await this.pointNames.hold(tx, tenantId, pointNameIds) : [];
    return { pointNames, programmes };
  }
}

function isNamed(id: string | null): id is string {
  return id !== null;
}
