import { durationSeconds } from '#contracts';
import { eventually } from '#testkit';
import type { Trial } from './arena.js';
import type { CouponFacts, EventFacts, Facts, RedemptionFacts } from './checks.js';
import { readTopic } from './read-topic.js';

const QUIET_LIMIT_MS = 90_000;

/** Reads everything back once nothing is on its way any more: outbox empty, topics read to their end. */
export async function gather(trial: Trial, { clockWasMoved = false } = {}): Promise<Facts> {
  await untilOutboxIsEmpty(trial);
  const redemptions = await redemptionsOf(trial);
  const events = await eventsOf(trial);
  return {
    coupons: await couponsOf(trial),
    redemptions,
    uses: await usesOf(trial),
    purses: await pursesOf(trial),
    wrongBookings: await wrongBookingsOf(trial),
    events,
    calls: trial.arena.history.calls,
    clockWasMoved,
  };
}

async function untilOutboxIsEmpty(trial: Trial): Promise<void> {
  await eventually(
    async () => {
      const { rows } = await trial.arena.database
        .ownerPool()
        .query<{ unsent: number }>('SELECT count(*)::int AS unsent FROM outbox_fact WHERE tenant_id = $1', [
          trial.tenantId,
        ]);
      if (rows[0]?.unsent !== 0) throw new Error(`${rows[0]?.unsent} facts are still in the outbox`);
    },
    { timeoutMs: QUIET_LIMIT_MS },
  );
}

async function eventsOf({ arena, tenantId }: Trial): Promise<Facts['events']> {
  const topics = ['redemption.redemption.v1', 'redemption.coupon-exhausted.v1'] as const;
  const { kafkaBrokers, namespace } = arena.namespace;
  const records = await Promise.all(topics.map((topic) => readTopic(kafkaBrokers, `${namespace}.${topic}`)));
  return records.flat().flatMap(({ envelope, key, data }) => {
    if (envelope.tenantId !== tenantId) return [];
    // octopus.redemption.<name>.v1
    const { stock = null } = (data ?? {}) as { stock?: EventFacts['stock'] };
    return [{ name: envelope.type.split('.')[2] ?? '', eventId: envelope.id, subjectId: key, stock }];
  });
}

async function couponsOf(trial: Trial): Promise<CouponFacts[]> {
  const rows = await trial.rows<Record<'coupon_id' | 'redeemed' | 'max', string> & { finished: boolean }>(
    'SELECT coupon_id, redeemed, max, finished FROM coupon WHERE tenant_id = $1',
    [trial.tenantId],
  );
  return rows.map(({ coupon_id: couponId, redeemed, max, finished }) => {
    const { terms } = trial.coupons.get(couponId) ?? {};
    return {
      couponId,
      redeemed: Number(redeemed),
      max: max === null ? null : Number(max),
      finished,
      perUserCap: terms?.maxRedemptionsPerUser ?? null,
      cooldownMs: terms?.timeLimit ? durationSeconds(terms.timeLimit) * 1_000 : null,
    };
  });
}

async function redemptionsOf(trial: Trial): Promise<RedemptionFacts[]> {
  const rows = await trial.rows<
    Record<'redemption_id' | 'coupon_id' | 'user_id', string> & {
      at: Date;
      voided: boolean;
      counted: boolean;
    }
  >(
    `SELECT redemption_id, coupon_id, user_id, redeemed_at AS at, voided_at IS NOT NULL AS voided, counted
       FROM redemption WHERE tenant_id = $1`,
    [trial.tenantId],
  );
  return rows.map(
    ({ redemption_id: redemptionId, coupon_id: couponId, user_id: userId, at, voided, counted }) => ({
      redemptionId,
      couponId,
      userId,
      at: at.getTime(),
      voided,
      counts: counted,
    }),
  );
}

async function usesOf(trial: Trial): Promise<Facts['uses']> {
  const rows = await trial.rows<{ coupon_id: string; user_id: string; uses: number }>(
    'SELECT coupon_id, user_id, uses FROM coupon_usage WHERE tenant_id = $1',
    [trial.tenantId],
  );
  return rows.map(({ coupon_id: couponId, user_id: userId, uses }) => ({ couponId, userId, uses }));
}

async function pursesOf(trial: Trial): Promise<Facts['purses']> {
  const rows = await trial.rows<Record<'user_id' | 'point_name_id' | 'balance' | 'ledger', string>>(
    `SELECT b.user_id, b.point_name_id, b.balance,
            (SELECT coalesce(sum(e.amount), 0) FROM point_entry e
              WHERE e.tenant_id = b.tenant_id AND e.user_id = b.user_id AND e.point_name_id = b.point_name_id) AS ledger
       FROM point_balance b WHERE b.tenant_id = $1`,
    [trial.tenantId],
  );
  return rows.map(({ user_id: userId, point_name_id: pointNameId, balance, ledger }) => ({
    userId,
    pointNameId,
    balance: Number(balance),
    ledger: Number(ledger),
  }));
}

/** One entry for the price and one for the bonus, if the coupon had them; their opposites if it was taken back. */
async function wrongBookingsOf(trial: Trial): Promise<Facts['wrongBookings']> {
  const rows = await trial.rows<{ redemption_id: string; user_id: string; says: string }>(
    `SELECT r.redemption_id, r.user_id, wanted.kind || ': ' || booked.entries || ' entries, ' || wanted.entries || ' wanted' AS says
       FROM redemption r
       CROSS JOIN LATERAL (VALUES
         ('price', (r.price_amount IS NOT NULL)::int),
         ('bonus', (r.bonus_amount IS NOT NULL)::int),
         ('price_returned', (r.price_amount IS NOT NULL AND r.voided_at IS NOT NULL)::int),
         ('bonus_returned', (r.bonus_amount IS NOT NULL AND r.voided_at IS NOT NULL)::int)) AS wanted (kind, entries)
       CROSS JOIN LATERAL (
         SELECT count(*)::int AS entries FROM point_entry e
          WHERE e.tenant_id = r.tenant_id AND e.user_id = r.user_id AND e.cause->>'kind' = wanted.kind
            AND e.cause->>'redemptionId' = r.redemption_id::text) booked
      WHERE r.tenant_id = $1 AND booked.entries <> wanted.entries`,
    [trial.tenantId],
  );
  return rows.map(({ redemption_id: redemptionId, user_id: userId, says }) => ({
    redemptionId,
    userId,
    says,
  }));
}
