import { eventually } from '#testkit';
import type { LoadResult } from '../load/plan.js';
import { PLENTY } from '../stage/partners.js';
import type { Stage } from '../stage/stage.js';

const DRAINED_WITHIN_MS = 120_000;

/** Facts that are not published yet. */
export async function backlogOf(stage: Stage): Promise<number> {
  const [row] = await stage.database.rows<{ n: number }>(
    stage.people.tenantId,
    'SELECT count(*)::int AS n FROM outbox_fact',
  );
  return row?.n ?? 0;
}

/** Resolves when every fact has been published. */
export async function untilPublished(stage: Stage): Promise<void> {
  await eventually(
    async () => {
      const left = await backlogOf(stage);
      if (left > 0) throw new Error(`${left} facts are not published`);
    },
    { timeoutMs: DRAINED_WITHIN_MS },
  );
}

interface Counts {
  readonly redeemed: number;
  readonly redemptions: number;
  readonly uses: number;
  readonly answers: number;
  readonly beyond: number;
}

/** Every accepted answer is one unit, one redemption, one use and one stored answer; no cap is passed. */
export async function checkRedemptions(
  stage: Stage,
  couponIds: readonly string[],
  { tally }: LoadResult,
): Promise<string[]> {
  const accepted = tally['201'] ?? 0;
  const [counts] = await stage.database.rows<Counts & Record<string, unknown>>(
    stage.people.tenantId,
    `SELECT (SELECT coalesce(sum(redeemed), 0)::int FROM coupon WHERE tenant_id = $1 AND coupon_id = ANY ($2)) AS redeemed,
            (SELECT count(*)::int FROM redemption WHERE tenant_id = $1 AND coupon_id = ANY ($2)) AS redemptions,
            (SELECT coalesce(sum(uses), 0)::int FROM coupon_usage
              WHERE tenant_id = $1 AND coupon_id = ANY ($2)) AS uses,
            (SELECT count(*)::int FROM redemption r
               JOIN stored_answer a ON a.tenant_id = $1 AND a.reservation_id = r.reservation_id
              WHERE r.tenant_id = $1 AND r.coupon_id = ANY ($2)) AS answers,
            (SELECT count(*)::int FROM coupon c WHERE tenant_id = $1 AND coupon_id = ANY ($2)
                AND (redeemed > max OR EXISTS (SELECT FROM coupon_usage u WHERE u.tenant_id = $1
                     AND u.coupon_id = c.coupon_id AND u.uses > c.per_user_cap))) AS beyond`,
    [stage.people.tenantId, couponIds],
  );
  if (counts === undefined) return ['the database counted nothing'];
  const { beyond, ...expected } = counts;
  const wrong = Object.entries(expected).filter(([, count]) => count !== accepted);
  return [
    ...wrong.map(([name, count]) => `${accepted} accepted, but ${name} is ${String(count)}`),
    ...(beyond > 0 ? [`${beyond} coupons are beyond a cap`] : []),
  ];
}

interface Books {
  readonly entries: number;
  readonly wrong_balances: number;
  readonly calls: number;
  readonly units: number;
  readonly wrong_units: number;
}

/** Of a full row: two entries, one owed call and one unit each; every balance is what its entries add up to. */
export async function checkBooks(
  stage: Stage,
  couponIds: readonly string[],
  { tally }: LoadResult,
): Promise<string[]> {
  const accepted = tally['201'] ?? 0;
  const [books] = await stage.database.rows<Books & Record<string, unknown>>(
    stage.people.tenantId,
    `SELECT (SELECT count(*)::int FROM point_entry WHERE tenant_id = $1 AND cause->>'couponId' = ANY ($2)) AS entries,
            (SELECT count(*)::int FROM point_balance b WHERE tenant_id = $1 AND (balance < 0 OR balance <> (
               SELECT coalesce(sum(amount), 0) FROM point_entry e WHERE e.tenant_id = $1 AND e.user_id = b.user_id
                  AND e.point_name_id = b.point_name_id))) AS wrong_balances,
            (SELECT count(*)::int FROM fulfilment WHERE tenant_id = $1 AND coupon_id = ANY ($2::uuid[])) AS calls,
            (SELECT coalesce(sum(units), 0)::int FROM redemption
              WHERE tenant_id = $1 AND coupon_id = ANY ($2::uuid[])) AS units,
            (SELECT count(*)::int FROM addon_balance b WHERE tenant_id = $1 AND $3 - units <> (
               SELECT coalesce(sum(units), 0) FROM redemption r WHERE r.tenant_id = $1 AND r.partner_id = b.partner_id
            )) AS wrong_units`,
    [stage.people.tenantId, couponIds, PLENTY],
  );
  if (books === undefined) return ['the database counted nothing'];
  const expected: Books = {
    entries: 2 * accepted,
    wrong_balances: 0,
    calls: accepted,
    units: accepted,
    wrong_units: 0,
  };
  return Object.entries(expected)
    .filter(([name, count]) => books[name] !== count)
    .map(([name, count]) => `${name.replace('_', ' ')} should be ${count} and is ${String(books[name])}`);
}

/** The naive ways keep their own books. */
export async function checkNaive(
  stage: Stage,
  couponIds: readonly string[],
  { tally }: LoadResult,
): Promise<string[]> {
  const [row] = await stage.baselineDatabase.rows<{ n: number }>(
    stage.people.tenantId,
    'SELECT count(*)::int AS n FROM naive_redemption WHERE tenant_id = $1 AND coupon_id = ANY ($2)',
    [stage.people.tenantId, couponIds],
  );
  const accepted = tally['201'] ?? 0;
  return row?.n === accepted ? [] : [`${accepted} accepted, but ${row?.n} are stored`];
}
