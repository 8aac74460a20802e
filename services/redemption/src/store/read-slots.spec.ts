import { describe, expect, it } from '@jest/globals';
import { Metrics } from '#platform';
import type { RedemptionConfig } from '../config.js';
import { ReadSlots } from './read-slots.js';

/** Two connections are left by four lanes and what relay, consumers and jobs need. */
const config = { DATABASE_POOL_SIZE: 12, REDEMPTION_LANES: 4 } as RedemptionConfig;

describe('reads', () => {
  /** A read that goes on until it is let go. */
  function held(slots: ReadSlots, log: string[], name: string) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const result = slots.run(async () => {
      log.push(name);
      await promise;
      return name;
    });
    return { result, resolve, reject };
  }
  const settle = () => new Promise((done) => setImmediate(done));

  it('are as many at a time as the lanes leave connections, and go on in their order', async () => {
    const [slots, log] = [new ReadSlots(config, new Metrics()), [] as string[]];
    const [one, two, three, four] = ['1', '2', '3', '4'].map((name) => held(slots, log, name));
    expect(log).toEqual(['1', '2']);
    two?.resolve();
    expect(await two?.result).toBe('2');
    await settle();
    expect(log).toEqual(['1', '2', '3']);
    three?.reject(new Error('no'));
    await expect(three?.result).rejects.toThrow('no');
    await settle();
    expect(log).toEqual(['1', '2', '3', '4']);
    one?.resolve();
    four?.resolve();
    await Promise.all([one?.result, four?.result]);
    held(slots, log, '5').resolve();
    held(slots, log, '6').resolve();
    expect(log.slice(4)).toEqual(['5', '6']);
  });

  it('are refused, to come again, when too many wait', async () => {
    const [slots, log] = [new ReadSlots(config, new Metrics()), [] as string[]];
    const all = Array.from({ length: 502 }, (_, nth) => held(slots, log, String(nth)));
    await expect(slots.run(() => Promise.resolve())).rejects.toMatchObject({ code: 'overloaded' });
    for (const { resolve } of all) resolve();
    await Promise.all(all.map(({ result }) => result));
    expect(log).toHaveLength(502);
    expect(await slots.run(() => Promise.resolve('again'))).toBe('again');
  });
});
