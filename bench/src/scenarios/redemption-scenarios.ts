import { setTimeout as sleep } from 'node:timers/promises';
import { checkBooks, checkRedemptions, untilPublished } from '../measure/outcome.js';
import type { Program } from '../stage/program.js';
import type { Stage } from '../stage/stage.js';
import type { PreparedRun, Scenario } from './scenario.js';

const REDEEM = '/v1/coupons/:couponId/redemptions';
/** More than any machine that this was tried on answers in a second. */
const AT_MOST_PER_SECOND = 30_000;
const MANY = 1_000;

/** One hot coupon with a cap and a cap per user. */
export function hotLean(connections: number): Scenario {
  return {
    id: `hot-lean-${connections}`,
    prepare: async (stage, { couponsFor }) => {
      const program = await stage.oneRedemption();
      return redeeming(stage, [program], {
        connections,
        couponIds: await stage.coupons.lean(couponsFor(AT_MOST_PER_SECOND)),
      });
    },
  };
}

/** One hot coupon with everything that a click coupon can have. */
export function hotFull(connections: number): Scenario {
  return {
    id: `hot-full-${connections}`,
    prepare: async (stage, { couponsFor }) => {
      const program = await stage.oneRedemption();
      const couponIds = await stage.coupons.full(couponsFor(AT_MOST_PER_SECOND));
      const run = redeeming(stage, [program], { connections, couponIds });
      return {
        ...run,
        check: async (result) => [
          ...(await run.check(result)),
          ...(await checkBooks(stage, couponIds, result)),
        ],
      };
    },
  };
}

export const manyCoupons: Scenario = {
  id: 'coupons-1000',
  prepare: async (stage) => {
    const program = await stage.oneRedemption();
    const couponIds = await stage.coupons.lean(MANY);
    const run = redeeming(stage, [program], { connections: 64, couponIds });
    return { ...run, plan: { ...run.plan, spread: 'all-at-once' } };
  },
};

export const soldOut: Scenario = {
  id: 'sold-out',
  prepare: async (stage) => {
    const program = await stage.oneRedemption();
    const couponIds = [await stage.coupons.soldOut()];
    const run = redeeming(stage, [program], { connections: 64, couponIds });
    // Its one unit was sold long ago: nothing is added by this run.
    return {
      ...run,
      expected: '409 sold_out',
      check: (result) => checkRedemptions(stage, couponIds, { ...result, tally: { 201: 1 } }),
    };
  },
};

/** So little stock that Redis is asked from the first redemption on, and so many of them that it is never used up. */
const LOW_STOCK = 2_500;
const TURN = 2_000;

/** One hot coupon after the other, each of so little stock that Redis is asked with every batch. */
export const lowStock: Scenario = {
  id: 'low-stock',
  prepare: async (stage, { seconds }) => ({
    ...(await redeemingLowStock(stage, await stage.oneRedemption(), seconds)),
    busy: ['redis'],
  }),
};

/** The same with Redis gone or not answering; the breaker has had time to notice, as in any such hour. */
export function withoutRedis(how: 'down' | 'frozen'): Scenario {
  return {
    id: `redis-${how}`,
    prepare: async (stage, { seconds }) => {
      const program = await stage.oneRedemption();
      const run = await redeemingLowStock(stage, program, seconds);
      const { redis } = stage.servers;
      if (how === 'down') await redis.kill();
      else redis.freeze();
      await gateIs(program, 'passed by');
      return {
        ...run,
        after: async () => {
          if (how === 'down') await redis.run();
          else redis.thaw();
          await gateIs(program, 'asked');
        },
      };
    },
  };
}

async function redeemingLowStock(stage: Stage, program: Program, seconds: number): Promise<PreparedRun> {
  const couponIds = await stage.coupons.lean(Math.ceil((seconds * AT_MOST_PER_SECOND) / TURN), LOW_STOCK);
  const run = redeeming(stage, [program], { connections: 64, couponIds });
  return { ...run, plan: { ...run.plan, turn: TURN } };
}

/** One hot coupon on processes of its own, through the front door or spread over them by the clients. */
export function processes(count: number, way: 'front-door' | 'spread'): Scenario {
  return {
    id: `${way}-${count}`,
    prepare: async (stage, { couponsFor }) => {
      await stage.rest();
      const started: Program[] = [];
      // One after the other: each is warmed by the one load process.
      while (started.length < count) started.push(await stage.startRedemption());
      const frontDoor = way === 'front-door' ? await stage.startFrontDoor(started) : undefined;
      const run = redeeming(stage, started, {
        connections: 64,
        couponIds: await stage.coupons.lean(couponsFor(AT_MOST_PER_SECOND)),
      });
      return {
        ...run,
        plan: { ...run.plan, ...(frontDoor && { ports: [frontDoor.port], path: `/redemption${REDEEM}` }) },
        programs: { ...run.programs, ...(frontDoor && { 'front door': [frontDoor.pid] }) },
        after: async () => {
          await frontDoor?.stop();
          await Promise.all(started.map((program) => program.stop()));
        },
      };
    },
  };
}

function redeeming(
  stage: Stage,
  services: readonly Program[],
  { connections, couponIds }: { connections: number; couponIds: readonly string[] },
): PreparedRun {
  return {
    plan: {
      ports: services.map(({ port }) => port),
      connections,
      path: REDEEM,
      couponIds,
      spread: 'one-after-another',
    },
    expected: '201',
    ...(services[0] && { subject: services[0] }),
    programs: { node: services.map(({ pid }) => pid) },
    settle: () => untilPublished(stage),
    check: (result) => checkRedemptions(stage, couponIds, result),
  };
}

async function gateIs({ port }: Program, wanted: 'asked' | 'passed by'): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const passedBy = /^redemption_gate_open (\d)/m.exec(metrics)?.[1] === '1';
    if (passedBy === (wanted === 'passed by')) return;
    await sleep(100);
  }
}
