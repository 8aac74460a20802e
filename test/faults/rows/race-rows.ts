import { setTimeout as sleep } from 'node:timers/promises';
import type { CouponSnapshot } from '#contracts';
import { eventually, followFact, grantFact, aGrant, newId, revokeFact } from '#testkit';
import { FACT_LIMIT_MS, type Trial } from '../arena.js';
import { readTopic } from '../read-topic.js';
import { aCrowd, disturbed, type Row } from '../row.js';

/** Something changes while batches that were decided on older terms are on their way. */
export const raceRows: readonly Row[] = [
  {
    id: 'coupon-switched-off-and-on',
    run: disturbed((trial, { coupons }) =>
      coupons.map((coupon, nth) => [20 + nth * 10, () => switchOffAndOn(trial, coupon)]),
    ),
  },
  {
    id: 'followers-leave',
    run: disturbed((trial, { users }) => [
      [20, () => Promise.all(users.slice(0, 10).map((userId) => leave(trial, userId)))],
    ]),
  },
  {
    id: 'grants-revoked',
    run: async (trial) => {
      await trial.arena.processes.have(2);
      const users = await trial.followers(30);
      const coupon = await trial.coupon({ maxRedemptions: 200 }, { availability: 'grant' });
      const grants = users.map((userId) =>
        aGrant({ userId, couponId: coupon.couponId, channelId: coupon.channelId }),
      );
      await Promise.all(
        grants.map((grant) =>
          trial.arena.namespace.produce('targeting.grant.v1', grantFact(trial.tenantId, grant)),
        ),
      );
      await untilGrants(trial, coupon, ({ live }) => live === users.length);
      await trial.clients.load(trial.intents(240, users, [coupon]), {
        at: [
          [
            30,
            async () => {
              trial.note('ten grants are revoked');
              const revoked = grants.slice(0, 10);
              await Promise.all(
                revoked.map((grant) =>
                  trial.arena.namespace.produce('targeting.grant.v1', revokeFact(trial.tenantId, grant)),
                ),
              );
              await untilGrants(trial, coupon, ({ live }) => live === users.length - revoked.length);
              const since = Date.now();
              for (const { userId } of revoked)
                nothingIn(trial, { since, userId, why: 'its grant was revoked' });
            },
          ],
        ],
      });
    },
  },
  {
    id: 'price-raised',
    run: async (trial) => {
      await trial.arena.processes.have(2);
      const users = await trial.followers(30);
      const point = await fill(trial, users, 1_000);
      const priced = (amount: number): CouponSnapshot['terms']['price'] => ({
        pointNameId: point,
        amount: String(amount),
      });
      let coupon = await trial.coupon({ price: priced(1) });
      const prices = new Map([[coupon.version, 1]]);
      const raise = async (): Promise<void> => {
        for (let amount = 2; amount < 8; amount += 1) {
          coupon = {
            ...coupon,
            version: coupon.version + 1,
            terms: { ...coupon.terms, price: priced(amount) },
          };
          prices.set(coupon.version, amount);
          trial.note(`the price is raised to ${amount}`);
          await trial.publish(coupon);
          await trial.takenOver(coupon);
          await sleep(trial.random.between(10, 80));
        }
      };
      trial.claims.push(async () => {
        const rows = await trial.rows<{ coupon_version: number; price_amount: string; user_id: string }>(
          'SELECT coupon_version, price_amount, user_id FROM redemption WHERE tenant_id = $1',
          [trial.tenantId],
        );
        return rows
          .filter(({ coupon_version, price_amount }) => prices.get(coupon_version) !== Number(price_amount))
          .map(({ coupon_version, price_amount, user_id }) => ({
            what: `version ${coupon_version} was paid with ${price_amount}`,
            concerns: ({ userId }) => userId === user_id,
          }));
      });
      await trial.clients.load(trial.intents(300, users, [coupon]), { at: [[20, raise]] });
    },
  },
  {
    // Each coupon costs the point that the other one gives, and the same users want both at once.
    id: 'crossed-points',
    run: async (trial) => {
      await trial.arena.processes.have(2);
      const users = await trial.followers(12);
      const [one, other] = [await fill(trial, users, 6), await fill(trial, users, 6)];
      const of = (pointNameId: string) => ({ pointNameId, amount: '2' });
      const coupons = [
        await trial.coupon({ price: of(one), bonus: of(other) }),
        await trial.coupon({ price: of(other), bonus: of(one), maxRedemptions: 60 }),
        await trial.coupon({ price: of(one) }),
      ];
      await trial.clients.load(trial.intents(300, users, coupons), { width: 40 });
    },
  },
  {
    id: 'voids-under-load',
    run: async (trial) => {
      await trial.arena.processes.have(2);
      const users = await trial.followers(30);
      const point = await fill(trial, users, 5);
      const amount = { pointNameId: point, amount: '1' };
      const coupons = [
        await trial.coupon({ price: amount, maxRedemptions: 60, maxRedemptionsPerUser: 2 }),
        await trial.coupon({ maxRedemptions: 20, bonus: amount }),
      ];
      await trial.clients.load(trial.intents(240, users, coupons), {
        at: [60, 120, 180].map((n) => [n, () => trial.clients.voidSome(trial.channelId, 12)] as const),
      });
      trial.claims.push(() =>
        trial.clients.voidedTwice().map((redemptionId) => ({
          what: `redemption ${redemptionId} was taken back under two keys`,
          concerns: (call) => call.redemptionId === redemptionId,
        })),
      );
    },
  },
  {
    id: 'caps-raised-and-lowered',
    run: disturbed((trial, { coupons: [coupon] }) => [
      [
        10,
        async () => {
          const asked: string[] = [];
          for (let nth = 0; nth < 12; nth += 1) {
            asked.push(await askForCap(trial, coupon?.couponId ?? '', trial.random.between(1, 40)));
            await sleep(trial.random.between(5, 60));
          }
          // Answered before the run is judged: a cap may finish the coupon.
          const wrong = await unanswered(trial, asked);
          trial.claims.push(() => wrong);
        },
      ],
    ]),
  },
  {
    id: 'clock-moved',
    clockWasMoved: true,
    run: async (trial) => {
      const { database } = trial.arena;
      await trial.arena.processes.have(2);
      const crowd = await aCrowd(trial);
      const cooling = await trial.coupon({ timeLimit: { amount: 1, unit: 'minutes' } });
      const intents = [...crowd.intents, ...trial.intents(120, crowd.users, [cooling])];
      const shift = (ms: number) => async (): Promise<void> => {
        trial.note(`the database's clock is moved by ${ms / 1_000} s`);
        await database.shiftClock(ms);
      };
      await trial.clients.load(trial.random.shuffled(intents), {
        at: [
          [80, shift(300_000)],
          [160, shift(-300_000)],
          [240, shift(30_000)],
          [300, shift(0)],
        ],
      });
    },
  },
];

/** Between the instant at which it is seen to be so and the next, no redemption may be decided. */
function nothingIn(
  trial: Trial,
  {
    since,
    until = Infinity,
    userId,
    couponId,
    why,
  }: Record<'since', number> & { until?: number; userId?: string; couponId?: string; why: string },
): void {
  trial.claims.push(({ redemptions }) =>
    redemptions
      .filter((one) => userId === undefined || one.userId === userId)
      .filter((one) => couponId === undefined || one.couponId === couponId)
      .filter(({ at }) => at > since && at < until)
      .map(({ redemptionId, at }) => ({
        what: `redemption ${redemptionId} was decided ${at - since} ms after ${why}`,
        concerns: (call) => call.redemptionId === redemptionId,
      })),
  );
}

async function switchOffAndOn(trial: Trial, coupon: CouponSnapshot): Promise<void> {
  let version = coupon.version;
  for (let round = 0; round < 3; round += 1) {
    const off: CouponSnapshot = { ...coupon, version: (version += 1), status: 'disabled' };
    trial.note('a coupon is switched off');
    await trial.publish(off);
    await trial.takenOver(off);
    const since = Date.now();
    await sleep(trial.random.between(10, 150));
    const until = Date.now();
    nothingIn(trial, { since, until, couponId: coupon.couponId, why: 'its coupon was switched off' });
    const on: CouponSnapshot = { ...coupon, version: (version += 1) };
    await trial.publish(on);
    await trial.takenOver(on);
    trial.note('and on');
  }
}

async function leave(trial: Trial, userId: string): Promise<void> {
  await sleep(trial.random.between(0, 300));
  const follow = {
    channelId: trial.channelId,
    userId,
    following: false,
    changedAt: new Date().toISOString(),
  };
  await trial.arena.namespace.produce('platform.follow.v1', followFact(trial.tenantId, follow, 2));
  await untilFact(async () => {
    const rows = await trial.rows(
      'SELECT FROM follow WHERE tenant_id = $1 AND user_id = $2 AND NOT following',
      [trial.tenantId, userId],
    );
    if (rows.length === 0) throw new Error('still follows');
  });
  nothingIn(trial, { since: Date.now(), userId, why: 'its user had left' });
}

async function untilGrants(
  trial: Trial,
  { couponId }: CouponSnapshot,
  isThere: (count: { live: number }) => boolean,
): Promise<void> {
  await untilFact(async () => {
    const [count = { live: 0 }] = await trial.rows<{ live: number }>(
      'SELECT count(*)::int AS live FROM user_grant WHERE tenant_id = $1 AND coupon_id = $2 AND NOT revoked',
      [trial.tenantId, couponId],
    );
    if (!isThere(count)) throw new Error(`${count.live} grants are live`);
  });
}

function untilFact(holds: () => Promise<void>): Promise<void> {
  return eventually(holds, { timeoutMs: FACT_LIMIT_MS });
}

/** A point name of which every user owns so many, with the entry that says why. */
async function fill(trial: Trial, users: readonly string[], amount: number): Promise<string> {
  const pointNameId = newId();
  await trial.rows(
    `INSERT INTO point_name (tenant_id, point_name_id, revision, partner_id, name) VALUES ($1, $2, 1, $2, 'beans')`,
    [trial.tenantId, pointNameId],
  );
  await trial.rows(
    `INSERT INTO point_balance (tenant_id, user_id, point_name_id, balance, revision)
     SELECT $1, u, $2, $4, 1 FROM unnest($3::uuid[]) u`,
    [trial.tenantId, pointNameId, users, amount],
  );
  await trial.rows(
    `INSERT INTO point_entry (tenant_id, user_id, entry_id, point_name_id, amount, balance, revision, cause, booked_at)
     SELECT $1, u, gen_random_uuid(), $2, $4, $4, 1, '{"kind":"earned"}', now() FROM unnest($3::uuid[]) u`,
    [trial.tenantId, pointNameId, users, amount],
  );
  return pointNameId;
}

async function askForCap(trial: Trial, couponId: string, maxRedemptions: number): Promise<string> {
  const requestId = newId();
  trial.note(`a cap of ${maxRedemptions} is asked for`);
  await trial.arena.namespace.produce('catalog.cap-request.v1', {
    name: 'cap-requested',
    tenantId: trial.tenantId,
    key: couponId,
    subject: `cap-request/${requestId}`,
    data: {
      requestId,
      couponId,
      maxRedemptions,
      requestedBy: newId(),
      requestedAt: new Date().toISOString(),
    },
  });
  return requestId;
}

/** Every request has exactly one answer. */
async function unanswered(
  trial: Trial,
  asked: readonly string[],
): Promise<{ what: string; concerns: () => boolean }[]> {
  const { kafkaBrokers, namespace } = trial.arena.namespace;
  const answers = new Map(asked.map((requestId) => [requestId, new Set<string>()]));
  await untilFact(async () => {
    const records = await readTopic(kafkaBrokers, `${namespace}.redemption.cap.v1`);
    for (const { data, envelope } of records)
      answers.get((data as { requestId?: string }).requestId ?? '')?.add(envelope.id);
    if ([...answers.values()].some(({ size }) => size === 0))
      throw new Error('a cap request was not answered');
  });
  return [...answers]
    .filter(([, { size }]) => size !== 1)
    .map(([requestId, { size }]) => ({
      what: `cap request ${requestId} has ${size} answers`,
      concerns: () => false,
    }));
}
