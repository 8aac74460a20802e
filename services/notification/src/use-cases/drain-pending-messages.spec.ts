import { describe, expect, it } from '@jest/globals';
import { eventually } from '#testkit';
import type { Log, Shutdown, TenantDatabase } from '#platform';
import type { ClaimedMessage, GiveBack, PendingMessageStore } from '../store/pending-message.store.js';
import { type ArrivedText, DrainPendingMessages } from './drain-pending-messages.js';
import type { FinishPendingMessage } from './finish-pending-message.js';

const tenantId = 'tenant';

/** A drain whose claims are held until they are let go, one by one. */
function aDrain({ due = [], failure }: { due?: ClaimedMessage[]; failure?: Error } = {}) {
  const claims: ArrivedText[] = [];
  const held: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  const givenBack: GiveBack[] = [];
  let stop: () => Promise<void> = () => Promise.resolve();
  const store = {
    claimForCoupon: (_tx: unknown, text: ArrivedText) => {
      claims.push(text);
      return new Promise<ClaimedMessage[]>((resolve, reject) =>
        held.push({ resolve: () => resolve([]), reject }),
      );
    },
    claimDue: () => Promise.resolve(due.splice(0)),
    postpone: async (_tx: unknown, _message: unknown, terms: GiveBack) => void givenBack.push(terms),
  };
  const drain = new DrainPendingMessages(
    { acrossTenants: (work: (tx: unknown) => unknown) => work({}) } as unknown as TenantDatabase,
    store as unknown as PendingMessageStore,
    { run: () => Promise.reject(failure ?? new Error('not to be run')) } as unknown as FinishPendingMessage,
    { warn: () => undefined, error: () => undefined } as unknown as Log,
    {
      register: (_stage: string, _name: string, end: () => Promise<void>) => (stop = end),
    } as unknown as Shutdown,
  );
  const arrive = (couponId: string, version: number) => drain.ofCoupon({ tenantId, couponId, version });
  const seen = () => claims.map(({ couponId, version }) => `${couponId}@${version}`);
  return { drain, arrive, held, seen, givenBack, stop: () => stop() };
}

describe("coupons' texts that arrive in thousands", () => {
  it('are worked off one after the other, each coupon once, with its newest version', async () => {
    const { arrive, held, seen } = aDrain();
    for (let version = 1; version <= 1_000; version++)
      for (const coupon of ['a', 'b']) arrive(coupon, version);
    arrive('b', 7);
    expect(seen()).toEqual(['a@1']);
    const expected = ['a@1', 'b@1000', 'a@1000'];
    for (const [index] of expected.entries()) {
      await eventually(() => expect(held).toHaveLength(index + 1), { everyMs: 1 });
      held[index]?.resolve();
    }
    await new Promise((done) => setTimeout(done, 20));
    expect([...seen()].sort()).toEqual([...expected].sort());
  });

  it('are worked off when they arrive after a pause, and after a claim that failed', async () => {
    const { arrive, held, seen } = aDrain();
    arrive('a', 1);
    held[0]?.reject(new Error('no'));
    await new Promise((done) => setTimeout(done, 20));
    arrive('a', 2);
    expect(seen()).toEqual(['a@1', 'a@2']);
  });

  it('are left to others when the process stops', async () => {
    const { arrive, held, seen, stop } = aDrain();
    arrive('a', 1);
    arrive('b', 1);
    const stopped = stop();
    held[0]?.resolve();
    await stopped;
    arrive('c', 1);
    await new Promise((done) => setTimeout(done, 20));
    expect(seen()).toEqual(['a@1']);
  });
});

describe('a message that cannot be finished', () => {
  const message = { tenantId, redemptionId: 'one', lateReported: false, attempts: 3 } as ClaimedMessage;

  it('for its own fault is left to the end of its lease, and the look counts', async () => {
    const { drain, givenBack } = aDrain({ due: [message], failure: new TypeError('no such template') });
    await drain.due();
    expect(givenBack).toEqual([]);
  });

  it('because a server is away has that not held against it', async () => {
    const away = Object.assign(new Error('no connection'), { code: 'ECONNREFUSED' });
    const { drain, givenBack } = aDrain({ due: [message], failure: away });
    await drain.due();
    expect(givenBack).toMatchObject([{ counted: false }]);
  });
});
