import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FakeService, startRawService } from '../testing/fake-service.js';
import { startFrontDoor, type TestFrontDoor } from '../testing/test-front-door.js';

describe('an event stream', () => {
  let open: ServerResponse[];
  let notification: FakeService;
  let frontDoor: TestFrontDoor;

  beforeEach(async () => {
    open = [];
    notification = await startRawService((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.flushHeaders();
      open.push(response);
    });
    frontDoor = await startFrontDoor({ NOTIFICATION_URL: notification.url });
  });
  afterEach(async () => {
    await frontDoor.close();
    await notification.stop();
  });

  const subscribe = async (signal?: AbortSignal) => {
    const answer = await fetch(`${frontDoor.url}/notification/v1/inbox/stream`, signal ? { signal } : {});
    if (answer.body === null) throw new Error('no body');
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    return { answer, next: async () => (await reader.read()).value };
  };
  const send = (text: string): void => void open[0]?.write(text);

  it('shows its headers before its first event', async () => {
    const { answer } = await subscribe();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream']);
  });

  it('passes each event at once, and ends when the service ends it', async () => {
    const { next } = await subscribe();
    send('data: 1\n\n');
    expect(await next()).toBe('data: 1\n\n');
    send('data: 2\n\n');
    expect(await next()).toBe('data: 2\n\n');
    open[0]?.end();
    expect(await next()).toBeUndefined();
  });

  it('is closed at the service when the client goes away', async () => {
    const gone = new AbortController();
    const { next } = await subscribe(gone.signal);
    send('data: 1\n\n');
    await next();
    const closed = once(open[0] as ServerResponse, 'close');
    gone.abort();
    await closed;
  });

  it('ends in order when the front door closes, and does not hold it up', async () => {
    const { next } = await subscribe();
    send('data: 1\n\n');
    await next();
    const closing = frontDoor.close();
    expect(await next()).toBeUndefined();
    await closing;
  });

  it('does not use up the connections of ordinary requests', async () => {
    await frontDoor.close();
    frontDoor = await startFrontDoor({ NOTIFICATION_URL: notification.url, UPSTREAM_CONNECTIONS: 2 });
    await Promise.all(Array.from({ length: 5 }, () => subscribe()));
    expect(open).toHaveLength(5);
    expect((await fetch(`${frontDoor.url}/notification/v1/inbox`)).status).toBe(200);
  });
});
