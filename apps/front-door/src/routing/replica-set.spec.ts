import { describe, expect, it } from '@jest/globals';
import { ReplicaSet } from './replica-set.js';
import { rendezvousOrder } from './rendezvous.js';

const replicas = ['http://a', 'http://b', 'http://c'];

function given(): { set: ReplicaSet; pass: (ms: number) => void } {
  let now = 1_000;
  return { set: new ReplicaSet(replicas, () => now), pass: (ms) => (now += ms) };
}

describe('ReplicaSet', () => {
  it('takes turns without a key', () => {
    const { set } = given();
    expect([1, 2, 3, 4].map(() => set.order()[0])).toEqual(['http://a', 'http://b', 'http://c', 'http://a']);
  });

  it('keeps to the rendezvous order with a key', () => {
    const { set } = given();
    expect(set.order('coupon-1')).toEqual(rendezvousOrder(replicas, 'coupon-1'));
    expect(set.order('coupon-1')).toEqual(set.order('coupon-1'));
  });

  it('passes over a replica that refused, for two seconds, and leaves the others in their order', () => {
    const { set, pass } = given();
    const [best, second, third] = rendezvousOrder(replicas, 'coupon-1') as [string, string, string];
    set.refused(best);
    expect(set.order('coupon-1')).toEqual([second, third, best]);
    pass(1_999);
    expect(set.order('coupon-1')[0]).toBe(second);
    pass(1);
    expect(set.order('coupon-1')[0]).toBe(best);
  });

  it('takes a replica back as soon as it has answered', () => {
    const { set } = given();
    const [best] = rendezvousOrder(replicas, 'coupon-1') as [string];
    set.refused(best);
    set.answered(best);
    expect(set.order('coupon-1')[0]).toBe(best);
  });

  it('still names every replica when all have refused', () => {
    const { set } = given();
    replicas.forEach((replica) => set.refused(replica));
    expect(set.order('coupon-1')).toEqual(rendezvousOrder(replicas, 'coupon-1'));
  });
});
