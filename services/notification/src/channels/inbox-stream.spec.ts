import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { InboxStream } from './inbox-stream.js';

const owner = { tenantId: 't', userId: 'u' };
const long = 60_000;
let cuts: number;
let stream: InboxStream;

beforeEach(() => {
  cuts = 0;
  stream = new InboxStream(owner, 0, () => cuts++);
});

describe('InboxStream', () => {
  it('is woken by the bell', async () => {
    const waiting = stream.wait(long);
    stream.ring();
    await waiting;
  });

  it('remembers a bell that rang while it was busy, once', async () => {
    jest.useFakeTimers();
    stream.ring();
    stream.ring();
    await stream.wait(long);
    let woken = false;
    const waiting = stream.wait(long).then(() => (woken = true));
    await jest.advanceTimersByTimeAsync(long - 1);
    expect(woken).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    await waiting;
    jest.useRealTimers();
  });

  it('ends for the first reason, and wakes for it', async () => {
    const waiting = stream.wait(long);
    stream.close('token_expired');
    stream.close('left');
    await waiting;
    expect(stream.end).toBe('token_expired');
    await stream.wait(long);
  });

  it('lets a client that takes its chunks be told why', () => {
    stream.close('shutting_down');
    expect(cuts).toBe(0);
  });

  it('cuts off a client that takes nothing', () => {
    stream.blockedSince = 1;
    stream.close('shutting_down');
    expect(cuts).toBe(1);
  });
});
