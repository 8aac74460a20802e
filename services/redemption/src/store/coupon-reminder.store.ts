import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type CouponSnapshot, durationSeconds } from '#contracts';
import type { ReminderTerms } from '../domain/reminder-cohort.js';

interface TermsRow {
  readonly version: number;
  readonly days_before: number | null;
  readonly since: Date;
  readonly time_zone: string;
}

/** What coupons say of their reminders, and since when. */
@Injectable()
export class CouponReminderStore {
  /** Skips what is not newer than what is stored. Only what moves a reminder begins anew. */
  async put(tx: EntityManager, tenantId: string, snapshot: CouponSnapshot): Promise<void> {
    const { couponId, version, messages, schedule, terms } = snapshot;
    await tx.query(
      `INSERT INTO coupon_reminder AS c
         (tenant_id, coupon_id, version, days_before, end_at, validity_seconds, time_zone, since)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE
         SET version = excluded.version, days_before = excluded.days_before, end_at = excluded.end_at,
             validity_seconds = excluded.validity_seconds, time_zone = excluded.time_zone,
             since = CASE WHEN (c.days_before, c.end_at, c.validity_seconds)
                            IS DISTINCT FROM (excluded.days_before, excluded.end_at, excluded.validity_seconds)
                          THEN excluded.since ELSE c.since END
       WHERE c.version < excluded.version`,
      [
        tenantId,
        couponId,
        version,
        messages.reminder?.daysBefore ?? null,
        schedule.endAt,
        terms.validity && durationSeconds(terms.validity),
        schedule.timeZone,
        snapshot.editedAt !== null && snapshot.editedAt > snapshot.publishedAt
          ? snapshot.editedAt
          : snapshot.publishedAt,
      ],
    );
  }

  async find(tx: EntityManager, tenantId: string, couponId: string): Promise<ReminderTerms | undefined> {
    const [row] = await tx.query<TermsRow[]>(
      'SELECT version, days_before, since, time_zone FROM coupon_reminder WHERE tenant_id = $1 AND coupon_id = $2',
      [tenantId, couponId],
    );
    if (row === undefined) return undefined;
    const { version, days_before: daysBefore, since, time_zone: timeZone } = row;
    return { version, daysBefore, since: since.getTime(), timeZone };
  }
}
