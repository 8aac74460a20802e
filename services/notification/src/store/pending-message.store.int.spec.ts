import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { TenantDatabase } from '#platform';
import { eventually, newId } from '#testkit';
import {
  type NotificationWorld,
  type Replica,
  startNotificationWorld,
} from '../../test/notification-world.js';
import { ATTEMPT_CAP } from '../domain/look-again.js';
import { DrainPendingMessages } from '../use-cases/drain-pending-messages.js';
import { type GiveBack, type PendingMessage, PendingMessageStore } from './pending-message.store.js';

const LEASE_MS = 60_000;
const now = 0;
const later = 3_600_000;

let world: NotificationWorld;
let replica: Replica;
let database: TenantDatabase;
let store: PendingMessageStore;

beforeAll(async () => {
  world = await startNotificationWorld();
  replica = await world.replica({}, { consumes: false });
  database = replica.app.get(TenantDatabase);
  store = replica.app.get(PendingMessageStore);
  // The service's own job would claim what these tests are about.
  jobOff(replica);
});
afterEach(() => world.database.ownerPool().query('DELETE FROM pending_message'));
afterAll(() => world?.stop());

function jobOff({ app }: Replica): void {
  app.get(DrainPendingMessages).due = () => Promise.resolve();
}

const aPending = (overrides: Partial<PendingMessage> = {}): PendingMessage => ({
  tenantId: newId(),
  redemptionId: newId(),
  userId: newId(),
  channelId: newId(),
  couponId: newId(),
  couponVersion: 2,
  correlationId: 'one-request',
  causationId: newId(),
  ...overrides,
});

const add = (pending: PendingMessage, lookAgainInMs: number) =>
  database.transaction(pending.tenantId, (tx) => store.add(tx, pending, lookAgainInMs));
const attemptCap = 3;
const claimDue = (limit = 10) =>
  database.acrossTenants((tx) => store.claimDue(tx, { limit, leaseMs: LEASE_MS, attemptCap }));
const postpone = (pending: PendingMessage, how: Partial<GiveBack> = {}) =>
  database.transaction(pending.tenantId, (tx) =>
    store.postpone(tx, pending, { lookAgainInMs: later, counted: true, lateReported: false, ...how }),
  );
/** As if so much time had passed for all that wait. */
const pass = (ms: number) =>
  world.database.ownerPool().query(
    `UPDATE pending_message SET due_at = due_at - $1 * interval '1 millisecond',
                                  received_at = received_at - $1 * interval '1 millisecond'`,
    [ms],
  );
const ids = (claimed: readonly PendingMessage[]) => claimed.map(({ redemptionId }) => redemptionId);

describe('claimDue', () => {
  it('takes what is due, of every tenant, oldest first, up to the limit', async () => {
    const due = [aPending(), aPending(), aPending()];
    for (const pending of due) await add(pending, now);
    await add(aPending(), later);
    expect(new Set(ids(await claimDue(2)))).toEqual(new Set(ids(due.slice(0, 2))));
    expect(ids(await claimDue())).toEqual(ids(due.slice(2)));
    expect(await claimDue()).toEqual([]);
  });

  it('gives each to one claimer only, also when they ask at once', async () => {
    for (let n = 0; n < 20; n++) await add(aPending(), now);
    const claims = await Promise.all(Array.from({ length: 5 }, () => claimDue(8)));
    const all = claims.flatMap(ids);
    expect(all).toHaveLength(20);
    expect(new Set(all).size).toBe(20);
  });

  it('gives it to another once the lease has ended: its holder may be dead', async () => {
    const pending = aPending();
    await add(pending, now);
    expect(ids(await claimDue())).toEqual([pending.redemptionId]);
    await pass(LEASE_MS / 2);
    expect(await claimDue()).toEqual([]);
    await pass(LEASE_MS / 2);
    const [again] = await claimDue();
    expect(again).toMatchObject(pending);
    expect(again?.waitedMs).toBeGreaterThan(LEASE_MS);
    expect(again?.attempts).toBe(2);
  });

  it('keeps a lease although the clock of decisions is shifted', async () => {
    await add(aPending(), now);
    await claimDue();
    await world.database.shiftClock(later);
    expect(await claimDue()).toEqual([]);
    await world.database.shiftClock(0);
  });

  it('leaves what has been looked at too often; its coupon revives it', async () => {
    const pending = aPending();
    await add(pending, now);
    for (let attempts = 1; attempts <= attemptCap; attempts++) {
      expect(await claimDue()).toMatchObject([{ attempts }]);
      await postpone(pending, { lookAgainInMs: now });
    }
    expect(await claimDue()).toEqual([]);
    expect(await database.acrossTenants((tx) => store.backlog(tx, attemptCap))).toMatchObject({ parked: 1 });
    const [revived] = await database.acrossTenants((tx) =>
      store.claimForCoupon(tx, { ...pending, version: 2 }, 10, LEASE_MS),
    );
    expect(revived?.attempts).toBe(1);
  });

  it('does not count what is not held against it, and never looks at what is parked', async () => {
    const pending = aPending();
    await add(pending, now);
    for (let look = 0; look <= attemptCap; look++) {
      expect(await claimDue()).toMatchObject([{ attempts: 1 }]);
      await postpone(pending, { lookAgainInMs: now, counted: false });
    }
    await claimDue();
    await postpone(pending, { lookAgainInMs: null });
    await pass(1_000 * later);
    expect(await claimDue()).toEqual([]);
  });
});

describe('claimForCoupon', () => {
  const claim = (pending: PendingMessage, version = 2) =>
    database.acrossTenants((tx) => store.claimForCoupon(tx, { ...pending, version }, 10, LEASE_MS));

  it('takes what waits for this coupon of this tenant, due or not', async () => {
    const pending = aPending();
    await add(pending, later);
    await add(aPending({ couponId: pending.couponId }), later);
    await add(aPending({ tenantId: pending.tenantId }), later);
    expect(ids(await claim(pending))).toEqual([pending.redemptionId]);
  });

  it('leaves what waits for a newer version, and what somebody holds', async () => {
    const newer = aPending({ couponVersion: 3 });
    await add(newer, now);
    expect(await claim(newer, 2)).toEqual([]);
    expect(ids(await claim(newer, 3))).toEqual([newer.redemptionId]);
    expect(await claim(newer, 3)).toEqual([]);
  });

  it('takes it again once its holder has given it back', async () => {
    const pending = aPending();
    await add(pending, now);
    await claimDue();
    await postpone(pending, { lateReported: true });
    expect(await claim(pending)).toMatchObject([{ redemptionId: pending.redemptionId, lateReported: true }]);
  });
});

describe('a text that comes while somebody looks in vain', () => {
  it('is found at once when the message is given back', async () => {
    const [held, newer] = [aPending(), aPending({ couponVersion: 3 })];
    for (const pending of [held, newer]) await add(pending, now);
    await claimDue();
    for (const pending of [held, newer]) {
      const text = { ...pending, version: 2 };
      expect(await database.acrossTenants((tx) => store.claimForCoupon(tx, text, 10, LEASE_MS))).toEqual([]);
      await postpone(pending);
    }
    expect(ids(await claimDue())).toEqual([held.redemptionId]);
  });
});

describe('backlog', () => {
  it('is what the metrics say', async () => {
    const given = aPending();
    await add(given, later);
    await add(aPending(), later);
    const parked = `UPDATE pending_message SET attempts = $1 WHERE cause_id = $2`;
    await world.database.ownerPool().query(parked, [ATTEMPT_CAP, given.redemptionId]);
    await pass(90_000);
    await eventually(async () => {
      const metrics = await (await fetch(`${replica.url}/metrics`)).text();
      expect(metrics).toMatch(/^notification_messages_waiting 2$/m);
      expect(metrics).toMatch(/^notification_messages_parked 1$/m);
      const oldest = /^notification_messages_waiting_oldest_seconds ([\d.]+)$/m.exec(metrics)?.[1];
      expect(Number(oldest)).toBeGreaterThanOrEqual(90);
    });
  });
});
