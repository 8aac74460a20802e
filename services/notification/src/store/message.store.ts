import { Injectable } from '@nestjs/common';
import type { ChannelMessage } from '#contracts';
import type { EntityManager } from 'typeorm';

export interface NewMessage {
  messageId: string;
  userId: string;
  channelId: string;
  kind: ChannelMessage['kind'];
  /** What the message is about, such as the redemption: one message per cause and kind, ever. */
  causeId: string;
  couponId: string | null;
  redemptionId: string | null;
  text: string;
}

/** A message and its place in its user's inbox: 1, 2, 3 … in the order of commits, gaps possible. */
export interface PlacedMessage {
  position: number;
  message: ChannelMessage;
}

interface MessageRow {
  position: string;
  message_id: string;
  channel_id: string;
  user_id: string;
  kind: ChannelMessage['kind'];
  text: string;
  coupon_id: string | null;
  redemption_id: string | null;
  created_at: Date;
}

const columns = 'position, message_id, channel_id, user_id, kind, text, coupon_id, redemption_id, created_at';

@Injectable()
export class MessageStore {
  /**
   * Puts a message at the end of its user's inbox. The position's row stays locked until the commit, so positions
   * become visible in their order.
   * @returns null when there already is a message of this kind for this cause
   */
  async append(tx: EntityManager, tenantId: string, message: NewMessage): Promise<PlacedMessage | null> {
    const rows: MessageRow[] = await tx.query(
      `WITH place AS (
         INSERT INTO inbox_position AS stored (tenant_id, user_id, last) VALUES ($1, $2, 1)
         ON CONFLICT (tenant_id, user_id) DO UPDATE SET last = stored.last + 1
         RETURNING last
       )
       INSERT INTO message (tenant_id, user_id, position, message_id, kind, cause_id, channel_id, coupon_id,
                            redemption_id, text, created_at)
       SELECT $1, $2, place.last, $3, $4, $5, $6, $7, $8, $9, octopus_now() FROM place
       ON CONFLICT ON CONSTRAINT message_once_per_cause DO NOTHING
       RETURNING ${columns}`,
      [
        tenantId,
        message.userId,
        message.messageId,
        message.kind,
        message.causeId,
        message.channelId,
        message.couponId,
        message.redemptionId,
        message.text,
      ],
    );
    return rows[0] ? placed(rows[0]) : null;
  }

  /** Whether there is a message of this kind for this cause. */
  async has(
    tx: EntityManager,
    tenantId: string,
    { causeId, kind }: Pick<NewMessage, 'causeId' | 'kind'>,
  ): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      'SELECT 1 FROM message WHERE tenant_id = $1 AND cause_id = $2 AND kind = $3',
      [tenantId, causeId, kind],
    );
    return rows.length > 0;
  }

  /** Newest first, from before `before` on (null = from the newest). */
  async newest(
    tx: EntityManager,
    tenantId: string,
    userId: string,
    { before, limit }: { before: number | null; limit: number },
  ): Promise<PlacedMessage[]> {
    const rows: MessageRow[] = await tx.query(
      `SELECT ${columns} FROM message
       WHERE tenant_id = $1 AND user_id = $2 AND position < coalesce($3::bigint, 9223372036854775807)
       ORDER BY position DESC LIMIT $4`,
      [tenantId, userId, before, limit],
    );
    return rows.map(placed);
  }

  /** Oldest first, what came after `after`. */
  async after(
    tx: EntityManager,
    tenantId: string,
    userId: string,
    { after, limit }: { after: number; limit: number },
  ): Promise<PlacedMessage[]> {
    const rows: MessageRow[] = await tx.query(
      `SELECT ${columns} FROM message
       WHERE tenant_id = $1 AND user_id = $2 AND position > $3
       ORDER BY position LIMIT $4`,
      [tenantId, userId, after, limit],
    );
    return rows.map(placed);
  }

  /**
   * Position of each user's newest message; users without any are left out. Not the last one given away: that may have
   * gone to a message that turned out to be there already.
   */
  async lastPositions(
    tx: EntityManager,
    tenantId: string,
    userIds: readonly string[],
  ): Promise<Map<string, number>> {
    const rows: { user_id: string; last: string }[] = await tx.query(
      `SELECT asked.user_id, newest.position AS last
       FROM unnest($2::uuid[]) AS asked (user_id) CROSS JOIN LATERAL (
         SELECT position FROM message WHERE tenant_id = $1 AND message.user_id = asked.user_id
         ORDER BY position DESC LIMIT 1
       ) AS newest`,
      [tenantId, userIds],
    );
    return new Map(rows.map((row) => [row.user_id, Number(row.last)]));
  }
}

function placed(row: MessageRow): PlacedMessage {
  return {
    position: Number(row.position),
    message: {
      messageId: row.message_id,
      channelId: row.channel_id,
      userId: row.user_id,
      kind: row.kind,
      text: row.text,
      couponId: row.coupon_id,
      redemptionId: row.redemption_id,
      createdAt: row.created_at.toISOString(),
    },
  };
}
