import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { EventData, TopicName } from '#contracts';
import { Clock, type EventContext, Metrics, newUuid, NotYetError } from '#platform';
import { RedemptionConfig } from '../config.js';
import { whyTooOld } from '../domain/source-age.js';
import { DatabaseClock } from '../store/database-clock.js';
import { DirectoryStore, type KnownPointName } from '../store/directory.store.js';
import { PointsStore } from '../store/points.store.js';
import { BookCredit } from './book-credit.js';
import { LateNames } from './late-names.js';

type PointsEarned = EventData<'platform.points-earned.v1', 'points-earned'>;

/** Books points that somebody earned by an action of a programme: once per earning, under whatever event id it comes. */
@Injectable()
export class TakeEarnedPoints {
  private readonly lateNames;
  private readonly repeated;

  constructor(
    private readonly points: PointsStore,
    private readonly directory: DirectoryStore,
    private readonly bookCredit: BookCredit,
    private readonly clock: Clock,
    private readonly databaseClock: DatabaseClock,
    config: RedemptionConfig,
    metrics: Metrics,
  ) {
    this.lateNames = new LateNames(config.REDEMPTION_NAME_WAIT_MS);
    this.repeated = metrics.counter(
      'redemption_earnings_repeated_total',
      'Earned points that came again and were not booked twice',
    );
  }

  /**
   * @throws Error saying why they can never be booked (dead letter), or NotYetError: their point name or
   *   action was not heard of yet
   */
  async run({ tx, tenantId }: EventContext, earned: PointsEarned): Promise<void> {
    const { earningId, actionId, userId, pointNameId, earnedAt } = earned;
    const pointName = await this.directory.pointName(tx, tenantId, pointNameId);
    if (pointName === undefined)
      return this.refuseUnknown(
        `${tenantId}/${pointNameId}`,
        `the point name ${pointNameId} is not known`,
        'catalog.point-name.v1',
      );
    this.lateNames.heard(`${tenantId}/${pointNameId}`);
    refuseWrongName(pointName, earned);
    if (!(await this.points.takeSource(tx, tenantId, earningId, earnedAt))) return void this.repeated.inc();
    const tooOld = whyTooOld(earnedAt, await this.databaseClock.now(tx));
    if (tooOld !== undefined) throw new Error(`earnedAt ${earnedAt} ${tooOld}`);
    await this.refuseWrongAction(tx, tenantId, earned);
    const booked = await this.bookCredit.run(tx, tenantId, {
      entryId: newUuid(),
      userId,
      pointNameId,
      programmeId: pointName.programmeId,
      amount: BigInt(earned.points),
      cause: { kind: 'earned', earningId, actionId },
      hops: 0,
    });
    if (booked === undefined)
      throw new Error(`balance_too_large: ${earned.points} points more are past what can be counted`);
  }

  /** A programme that nothing was heard of is taken on its point name's word. */
  private async refuseWrongAction(tx: EntityManager, tenantId: string, earned: PointsEarned): Promise<void> {
    const { programmeId, pointNameId, actionId } = earned;
    const programme = await this.directory.programme(tx, tenantId, programmeId, { actionId, pointNameId });
    if (programme === undefined) return;
    if (programme.removed) throw new Error(`the programme ${programmeId} was withdrawn`);
    if (actionId === null) return;
    const name = `${tenantId}/${programmeId}/${actionId}/${pointNameId}`;
    if (!programme.listsAction)
      this.refuseUnknown(
        name,
        `the programme ${programmeId} lists no action ${actionId} that earns points of ${pointNameId}`,
        'catalog.programme.v1',
      );
    this.lateNames.heard(name);
  }

  /**
   * Not booked under an unknown name, though the ledger could: whether name and programme belong together would then
   * depend on which fact was faster.
   */
  private refuseUnknown(name: string, says: string, topic: TopicName): never {
    if (this.lateNames.isStillAwaited(name, this.clock.now().getTime())) throw new NotYetError(`${says} yet`);
    throw new Error(`${says}: replay this once ${topic} tells of it`);
  }
}

function refuseWrongName({ programmeId, removed }: KnownPointName, earned: PointsEarned): void {
  const name = `the point name ${earned.pointNameId}`;
  if (removed) throw new Error(`${name} was withdrawn`);
  if (programmeId === null) throw new Error(`${name} is standalone: it is given by hand, never earned`);
  if (programmeId !== earned.programmeId)
    throw new Error(`${name} is of programme ${programmeId}, not of ${earned.programmeId}`);
}
