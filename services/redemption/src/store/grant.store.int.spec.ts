import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EntityManager } from 'typeorm';
import { newId } from '#testkit';
import { RedemptionFixture } from '../../test/redemption-fixture.js';
import type { GrantFact } from '../domain/grant-state.js';
import { AutoAttemptStore } from './auto-attempt.store.js';
import { GrantStore } from './grant.store.js';

interface GrantRow extends Record<string, unknown> {
  grant_id: string;
  revision: string;
  available_at: Date;
  revoked: boolean;
  hops: number;
}

describe('grants', () => {
  let fixture: RedemptionFixture;
  let tx: EntityManager;
  const grants = new GrantStore();
  const attempts = new AutoAttemptStore();

  beforeAll(async () => {
    fixture = await RedemptionFixture.open();
    tx = {
      query: (sql: string, values: unknown[]) => fixture.rows(sql, values),
    } as unknown as EntityManager;
  });
  afterAll(() => fixture?.close());

  const minute = (nth: number) => new Date(Date.UTC(2026, 10, 22, 12, nth)).toISOString();
  const fact = (over: Partial<GrantFact> = {}): GrantFact => ({
    couponId: newId(),
    userId: newId(),
    grantId: newId(),
    revision: 1,
    availableAt: minute(0),
    revoked: false,
    hops: 0,
    ...over,
  });
  const put = (...facts: GrantFact[]) => grants.putAll(tx, fixture.tenantId, facts);
  const rowOf = async ({ couponId, userId }: GrantFact): Promise<GrantRow | undefined> => {
    const rows = await fixture.rows<GrantRow>(
      `SELECT grant_id, revision, available_at, revoked, hops FROM user_grant
        WHERE coupon_id = $1 AND user_id = $2`,
      [couponId, userId],
    );
    return rows[0];
  };

  it('end, and come back to life as the same grant with its first instant', async () => {
    const begun = fact();
    await put(begun);
    await put({ ...begun, revision: 2, revoked: true });
    expect(await rowOf(begun)).toMatchObject({ revoked: true, revision: '2' });
    await put({ ...begun, revision: 3, availableAt: minute(9) });
    const row = await rowOf(begun);
    expect(row).toMatchObject({ revoked: false, revision: '3', grant_id: begun.grantId });
    expect(row?.available_at.toISOString()).toBe(minute(0));
  });

  it('are the same in whatever order and parts their facts come', async () => {
    const history = fc.array(
      fc.record({ revoked: fc.boolean(), from: fc.nat({ max: 5 }), hops: fc.nat({ max: 3 }) }),
      { minLength: 1, maxLength: 6 },
    );
    const cuts = fc.array(fc.nat({ max: 2 }), { minLength: 6, maxLength: 6 });
    const places = fc.array(fc.nat(), { minLength: 6, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(history, cuts, places, async (steps, parts, luck) => {
        const [couponId, grantId] = [newId(), newId()];
        const facts = steps.map(({ revoked, from, hops }, index) =>
          fact({ couponId, grantId, revision: index + 1, revoked, availableAt: minute(from), hops }),
        );
        const [inOrder, shuffled] = [newId(), newId()];
        await put(...facts.map((one) => ({ ...one, userId: inOrder })));
        const order = facts.map((one, nth) => ({ one: { ...one, userId: shuffled }, at: luck[nth] ?? 0 }));
        const pending = order.sort((a, b) => a.at - b.at).map(({ one }) => one);
        for (const part of parts) {
          const some = pending.splice(0, part + 1);
          if (some.length > 0) await put(...some);
        }
        if (pending.length > 0) await put(...pending);
        const rows = [inOrder, shuffled].map((userId) => rowOf(fact({ couponId, userId })));
        const [expected, actual] = await Promise.all(rows);
        expect(actual).toEqual(expected);
        expect(expected?.revoked).toBe(steps.at(-1)?.revoked);
      }),
      { numRuns: 60 },
    );
  });

  describe('that redeem by themselves', () => {
    const attemptsOf = ({ couponId, userId }: GrantFact) =>
      fixture.rows<{ nth: number; state: string; hops: number; due_at: Date; grant_id: string }>(
        'SELECT nth, state, hops, due_at, grant_id FROM auto_attempt WHERE coupon_id = $1 AND user_id = $2',
        [couponId, userId],
      );
    const begin = (...facts: GrantFact[]) => attempts.addFirst(tx, fixture.tenantId, facts);

    it('owe one attempt, however often they are told', async () => {
      const coupon = await fixture.addCoupon({ type: 'auto' });
      const one = fact({ couponId: coupon.couponId, hops: 2 });
      await begin(one, one);
      await begin(one);
      expect(await attemptsOf(one)).toEqual([
        { nth: 1, state: 'waiting', hops: 2, due_at: new Date(minute(0)), grant_id: one.grantId },
      ]);
    });

    it('owe none for a coupon of another type, one for a coupon that is not known yet', async () => {
      const coupon = await fixture.addCoupon({ type: 'click' });
      const [click, unknown] = [fact({ couponId: coupon.couponId }), fact()];
      await begin(click, unknown);
      expect(await attemptsOf(click)).toEqual([]);
      expect(await attemptsOf(unknown)).toHaveLength(1);
    });

    it('end a chain of more than 8 automatic steps', async () => {
      const [last, beyond] = [fact({ hops: 8 }), fact({ hops: 9 })];
      await begin(last, beyond);
      expect(await attemptsOf(last)).toHaveLength(1);
      expect(await attemptsOf(beyond)).toEqual([]);
    });
  });
});
