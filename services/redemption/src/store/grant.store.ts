import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type GrantFact, onePerGrant } from '../domain/grant-state.js';
import { arrayOf } from './array-literal.js';

/** To whom grant coupons are available: one row per coupon and user, ever. */
@Injectable()
export class GrantStore {
  /** In one statement. An older fact changes nothing but, if it names an earlier instant, when the grant began. */
  async putAll(tx: EntityManager, tenantId: string, facts: readonly GrantFact[]): Promise<void> {
    const grants = onePerGrant(facts);
    await tx.query(
      `INSERT INTO user_grant AS g (tenant_id, coupon_id, user_id, grant_id, revision, available_at, revoked, hops)
       SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[], $6::timestamptz[], $7::boolean[],
                                $8::integer[])
       ON CONFLICT (tenant_id, coupon_id, user_id) DO UPDATE
         SET available_at = least(g.available_at, excluded.available_at),
             hops = greatest(g.hops, excluded.hops),
             revision = greatest(g.revision, excluded.revision),
             revoked = CASE WHEN g.revision < excluded.revision THEN excluded.revoked ELSE g.revoked END,
             grant_id = CASE WHEN g.revision < excluded.revision THEN excluded.grant_id ELSE g.grant_id END
       WHERE g.revision < excluded.revision OR g.available_at > excluded.available_at OR g.hops < excluded.hops`,
      [
        tenantId,
        arrayOf(grants.map(({ couponId }) => couponId)),
        arrayOf(grants.map(({ userId }) => userId)),
        arrayOf(grants.map(({ grantId }) => grantId)),
        arrayOf(grants.map(({ revision }) => revision)),
        arrayOf(grants.map(({ availableAt }) => `"${availableAt}"`)),
        arrayOf(grants.map(({ revoked }) => String(revoked))),
        arrayOf(grants.map(({ hops }) => hops)),
      ],
    );
  }
}
