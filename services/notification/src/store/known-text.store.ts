import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CouponText, KnownTexts } from '../domain/compose-message.js';

/** What messages are made of: coupons' texts, names of users and channels, and channels' owners, each as of its newest revision. */
@Injectable()
export class KnownTextStore {
  /** @returns false when the stored version is as new or newer */
  async putCoupon(tx: EntityManager, tenantId: string, couponId: string, text: CouponText): Promise<boolean> {
    // Learned by a build without reminders, a version takes its reminder from the same version told again.
    const rows: unknown[] = await tx.query(
      `INSERT INTO coupon_text AS stored (tenant_id, coupon_id, version, name, redeemed, reminder, reminder_version)
       VALUES ($1, $2, $3, $4, $5, $6, $3)
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE
         SET version = excluded.version, name = excluded.name, redeemed = excluded.redeemed,
             reminder = excluded.reminder, reminder_version = excluded.reminder_version
         WHERE stored.version < excluded.version
            OR (stored.version = excluded.version AND stored.reminder_version IS DISTINCT FROM excluded.version)
       RETURNING 1`,
      [tenantId, couponId, text.version, text.name, text.redeemed, text.reminder],
    );
    return rows.length > 0;
  }

  /** @returns false when the stored revision is as new or newer */
  async putChannel(
    tx: EntityManager,
    tenantId: string,
    channelId: string,
    { name, ownerIds, revision }: { name: string; ownerIds: readonly string[]; revision: number },
  ): Promise<boolean> {
    // Told before owners were kept, a channel takes them from the same revision told again.
    const rows: unknown[] = await tx.query(
      `INSERT INTO channel_name AS stored (tenant_id, channel_id, revision, name, owner_ids)
       VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (tenant_id, channel_id) DO UPDATE
         SET revision = excluded.revision, name = excluded.name, owner_ids = excluded.owner_ids
         WHERE stored.revision < excluded.revision
            OR (stored.revision = excluded.revision AND stored.owner_ids IS NULL)
       RETURNING 1`,
      [tenantId, channelId, revision, name, ownerIds],
    );
    return rows.length > 0;
  }

  /** null = not heard of yet */
  async ownersOf(tx: EntityManager, tenantId: string, channelId: string): Promise<string[] | null> {
    const rows: { owner_ids: string[] | null }[] = await tx.query(
      'SELECT owner_ids FROM channel_name WHERE tenant_id = $1 AND channel_id = $2',
      [tenantId, channelId],
    );
    return rows[0]?.owner_ids ?? null;
  }

  /** undefined = its text has not arrived */
  async couponName(tx: EntityManager, tenantId: string, couponId: string): Promise<string | undefined> {
    const rows: { name: string }[] = await tx.query(
      'SELECT name FROM coupon_text WHERE tenant_id = $1 AND coupon_id = $2',
      [tenantId, couponId],
    );
    return rows[0]?.name;
  }

  /**
   * @param name null for a removed account: the row stays as a tombstone
   * @returns false when the stored revision is as new or newer
   */
  async putUserName(
    tx: EntityManager,
    tenantId: string,
    userId: string,
    { name, revision }: { name: string | null; revision: number },
  ): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `INSERT INTO user_name AS stored (tenant_id, user_id, revision, name) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, user_id) DO UPDATE SET revision = excluded.revision, name = excluded.name
         WHERE stored.revision < excluded.revision
       RETURNING 1`,
      [tenantId, userId, revision, name],
    );
    return rows.length > 0;
  }

  /** All that is known for one message, in one round trip. */
  async find(
    tx: EntityManager,
    tenantId: string,
    about: { couponId: string; userId: string; channelId: string },
  ): Promise<KnownTexts> {
    const rows: KnownRow[] = await tx.query(
      `SELECT coupon.version, coupon.name AS coupon_name, coupon.redeemed, coupon.reminder,
              coupon.reminder_version,
              holder.tenant_id IS NOT NULL AS user_heard, holder.name AS user_name,
              channel.name AS channel_name
       FROM (SELECT $1::uuid AS tenant_id) AS tenant
       LEFT JOIN coupon_text coupon ON coupon.tenant_id = tenant.tenant_id AND coupon.coupon_id = $2
       LEFT JOIN user_name holder ON holder.tenant_id = tenant.tenant_id AND holder.user_id = $3
       LEFT JOIN channel_name channel ON channel.tenant_id = tenant.tenant_id AND channel.channel_id = $4`,
      [tenantId, about.couponId, about.userId, about.channelId],
    );
    const row = rows[0];
    if (!row) throw new Error('a query over one constant row gave none');
    return {
      coupon: row.version === null ? undefined : couponText(row),
      userName: row.user_heard ? row.user_name : undefined,
      channelName: row.channel_name ?? undefined,
    };
  }
}

interface KnownRow {
  version: string | null;
  coupon_name: string | null;
  redeemed: string | null;
  reminder: string | null;
  reminder_version: string | null;
  user_heard: boolean;
  user_name: string | null;
  channel_name: string | null;
}

function couponText(row: KnownRow): CouponText {
  return {
    version: Number(row.version),
    name: row.coupon_name ?? '',
    redeemed: row.redeemed ?? '',
    reminder: isReminderHeard(row) ? row.reminder : undefined,
  };
}

/** An earlier build that knew of reminders kept no version of theirs. */
function isReminderHeard({ version, reminder, reminder_version }: KnownRow): boolean {
  return reminder_version === null ? reminder !== null : reminder_version === version;
}
