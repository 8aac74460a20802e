import type {
  AddonUnits,
  CouponAudience,
  CouponAvailability,
  CouponReminder,
  CouponStatus,
  CouponType,
  Duration,
  FinishedReason,
  PointsAmount,
  Recurrence,
} from '#contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Coupon, PendingRevision } from '../domain/coupon.js';

@Entity('coupon')
export class CouponEntity implements Coupon {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @PrimaryColumn('uuid', { name: 'coupon_id' })
  couponId!: string;

  @Column('uuid', { name: 'channel_id' })
  channelId!: string;

  @Column('text')
  type!: CouponType;

  @Column('text')
  status!: CouponStatus;

  @Column('text', { name: 'finished_reason', nullable: true })
  finishedReason!: FinishedReason | null;

  @Column('text', { name: 'rejected_because', nullable: true })
  rejectedBecause!: string | null;

  @Column('jsonb', { name: 'pending_revision', nullable: true })
  pendingRevision!: PendingRevision | null;

  @Column('integer')
  version!: number;

  @Column('text', { nullable: true })
  name!: string | null;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('text', { name: 'redeemed_message', nullable: true })
  redeemedMessage!: string | null;

  @Column('jsonb', { nullable: true })
  reminder!: CouponReminder | null;

  @Column('integer', { name: 'max_redemptions', nullable: true })
  maxRedemptions!: number | null;

  @Column('integer', { name: 'max_redemptions_per_user', nullable: true })
  maxRedemptionsPerUser!: number | null;

  @Column('jsonb', { name: 'time_limit', nullable: true })
  timeLimit!: Duration | null;

  @Column('jsonb', { nullable: true })
  price!: PointsAmount | null;

  @Column('jsonb', { nullable: true })
  bonus!: PointsAmount | null;

  @Column('jsonb', { nullable: true })
  validity!: Duration | null;

  @Column('uuid', { name: 'trigger_id', nullable: true })
  triggerId!: string | null;

  @Column('jsonb', { name: 'trigger_cost', nullable: true })
  triggerCost!: AddonUnits | null;

  @Column('boolean', { name: 'hide_if_not_available' })
  hideIfNotAvailable!: boolean;

  @Column('boolean', { name: 'points_taken_automatically' })
  pointsTakenAutomatically!: boolean;

  @Column('text')
  audience!: CouponAudience;

  @Column('text', { nullable: true })
  availability!: CouponAvailability | null;

  @Column('uuid', { name: 'programme_id', nullable: true })
  programmeId!: string | null;

  @Column('uuid', { name: 'level_ids', array: true })
  levelIds!: string[];

  @Column('uuid', { name: 'image_id', nullable: true })
  imageId!: string | null;

  @Column('integer', { nullable: true })
  position!: number | null;

  @Column('timestamptz', { name: 'start_at', nullable: true })
  startAt!: Date | null;

  @Column('timestamptz', { name: 'end_at', nullable: true })
  endAt!: Date | null;

  @Column('text', { name: 'time_zone', nullable: true })
  timeZone!: string | null;

  @Column('jsonb', { nullable: true })
  recurrence!: Recurrence | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'edited_at' })
  editedAt!: Date;

  @Column('timestamptz', { name: 'published_at', nullable: true })
  publishedAt!: Date | null;
}
