import { EventEmitter } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Log, Metrics, RedisConnection, Shutdown } from '#platform';
import { InboxWakeUps } from './inbox-wake-ups.js';

const owner = { tenantId: 'tenant', userId: 'user' };
const channel = 'inbox:tenant:user';

/** A client that listens; as Redis' own it keeps what it was asked for, and renews that. */
class Listening extends EventEmitter {
  isReady = true;
  readonly channels = new Set<string>();
  connect = () => Promise.resolve();
  subscribe = async (name: string) => void this.channels.add(name);
  unsubscribe = async (name: string) => void this.channels.delete(name);

  goAway(): void {
    this.isReady = false;
  }
  comeBack(): void {
    this.isReady = true;
    this.emit('ready');
  }
}

function wakeUps(publish: () => Promise<number> = () => Promise.resolve(0)) {
  const listening = new Listening();
  const lost: string[] = [];
  const made = new InboxWakeUps(
    {
      client: { duplicate: () => listening, publish },
      key: (name: string) => name,
    } as unknown as RedisConnection,
    { counter: (name: string) => ({ inc: () => lost.push(name) }) } as unknown as Metrics,
    { debug: () => undefined, warn: () => undefined } as unknown as Log,
    { register: () => undefined } as unknown as Shutdown,
  );
  return { made, listening, lost };
}

const soon = () => new Promise((done) => setTimeout(done, 10));

describe('a wake-up', () => {
  it('holds nobody up while Redis does not answer', async () => {
    const { made } = wakeUps(() => new Promise<number>(() => undefined));
    const announced = Promise.resolve(made.announce(owner)).then(() => 'gone on');
    expect(await Promise.race([announced, soon().then(() => 'waiting')])).toBe('gone on');
  });

  it('that is lost is counted, and nothing else', async () => {
    const { made, lost } = wakeUps(() => Promise.reject(new Error('Redis is away')));
    made.announce(owner);
    await soon();
    expect(lost).toEqual(['notification_wake_ups_lost_total']);
  });
});

describe('a subscription', () => {
  it('ends with its stream, also when that ends while Redis is away', async () => {
    const { made, listening } = wakeUps();
    made.subscribe(owner, () => undefined);
    await soon();
    expect([...listening.channels]).toEqual([channel]);
    listening.goAway();
    made.unsubscribe(owner);
    expect([...listening.channels]).toEqual([channel]);
    listening.comeBack();
    expect([...listening.channels]).toEqual([]);
  });

  it('that is asked for while Redis is away stands when it is back, and rings once', async () => {
    const { made, listening } = wakeUps();
    listening.goAway();
    let rung = 0;
    made.subscribe(owner, () => rung++);
    listening.comeBack();
    await soon();
    expect([...listening.channels]).toEqual([channel]);
    expect(rung).toBe(1);
  });
});
