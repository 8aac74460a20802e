import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aGrant, eventually, failpointsEnv, grantFact, newId, serviceProcess } from '#testkit';
import { AutoWorld } from '../../test/auto-world.js';

/** A process of its own, from `dist`: it is killed at a point. */
describe('a worker that is killed', () => {
  let auto: AutoWorld;
  beforeAll(async () => {
    auto = await AutoWorld.start(0);
  });
  afterAll(() => auto?.stop());

  it('after the redemptions and before it could write so, is followed by another; each is redeemed once', async () => {
    const { world } = auto;
    const doomed = await serviceProcess('redemption', {
      ...world.serviceEnv,
      ...failpointsEnv({ 'redemption.before-auto-settle': 'exit' }),
    });
    try {
      const coupon = await auto.coupon({ perUser: null });
      const { couponId, channelId } = coupon;
      const facts = Array.from({ length: 20 }, () =>
        grantFact(auto.tenantId, aGrant({ couponId, channelId, userId: newId() })),
      );
      await world.namespace.produceAll('targeting.grant.v1', facts);
      expect(await doomed.kill('SIGCONT')).toBe('signal SIGKILL');
      const before = await auto.redemptions(coupon);
      expect(before).toBeGreaterThan(0);
      const states = await auto.rows('SELECT DISTINCT state FROM auto_attempt WHERE coupon_id = $1', [
        couponId,
      ]);
      expect(states).toEqual([{ state: 'waiting' }]);
      // Its leases run out.
      await auto.rows(`UPDATE auto_attempt SET leased_until = '-infinity' WHERE coupon_id = $1`, [couponId]);
      await world.replica();
      await eventually(async () => {
        const done = await auto.rows(`SELECT FROM auto_attempt WHERE coupon_id = $1 AND state = 'done'`, [
          couponId,
        ]);
        expect(done).toHaveLength(20);
      });
      expect(await auto.redemptions(coupon)).toBe(20);
    } finally {
      await doomed.stop();
    }
  });
});
