import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { eventually, newId } from '#testkit';
import { cuttableRedis } from '../../test/cuttable-redis.js';
import { LiveStreamClient } from '../../test/live-stream-client.js';
import {
  type NotificationWorld,
  type Replica,
  startNotificationWorld,
} from '../../test/notification-world.js';

let world: NotificationWorld;
let replica: Replica;
let clients: LiveStreamClient[] = [];

beforeAll(async () => {
  world = await startNotificationWorld();
  replica = await world.replica();
});
afterEach(() => {
  for (const client of clients) client.leave();
  clients = [];
});
afterAll(() => world?.stop());

const anOwner = () => ({ tenantId: newId(), userId: newId() });

async function open(
  owner: { tenantId: string; userId: string },
  { at = replica, lastEventId, exp }: { at?: Replica; lastEventId?: string; exp?: number } = {},
): Promise<LiveStreamClient> {
  const token = await world.token({ ...owner, ...(exp !== undefined && { exp }) });
  const client = await LiveStreamClient.open(at.url, token, lastEventId);
  clients.push(client);
  return client;
}

async function refusal(owner: { tenantId: string; userId: string }, lastEventId?: string, at = replica) {
  const headers = {
    authorization: `Bearer ${await world.token(owner)}`,
    ...(lastEventId && { 'last-event-id': lastEventId }),
  };
  const answer = await fetch(`${at.url}/v1/inbox/stream`, { headers });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    retryAfter: answer.headers.get('retry-after'),
    body: await answer.json(),
  };
}

const texts = (client: LiveStreamClient) => client.messages.map(({ text }) => text);
const numbered = (from: number, to: number, text = 'message') =>
  Array.from({ length: to - from + 1 }, (_, index) => `${text} ${from + index}`);
/** A replica that leaves consuming to the first one, so that the group need not be balanced anew. */
const readsOnly = { consumes: false };
const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

describe('a live stream', () => {
  it('brings new messages as they are written, and none from before', async () => {
    const owner = anOwner();
    await world.messages(owner, 2, 'before');
    const client = await open(owner);
    await world.messages(owner, 3);
    await eventually(() => expect(texts(client)).toEqual(numbered(1, 3)));
    expect(client.events.map(({ id }) => id)).toEqual(['3', '4', '5']);
  });

  it('resumes behind Last-Event-ID: nothing lost, nothing twice', async () => {
    const owner = anOwner();
    const first = await open(owner);
    await world.messages(owner, 2);
    await eventually(() => expect(texts(first)).toEqual(numbered(1, 2)));
    first.leave();
    await first.ended;
    await world.messages(owner, 2, 'missed');

    const second = await open(owner, { lastEventId: first.lastEventId! });
    await world.messages(owner, 1, 'live');
    await eventually(() => expect(texts(second)).toEqual([...numbered(1, 2, 'missed'), 'live 1']));
  });

  it('can be resumed before any message has come', async () => {
    const owner = anOwner();
    const first = await open(owner);
    first.leave();
    await world.messages(owner, 1);
    const second = await open(owner, { lastEventId: first.lastEventId! });
    await eventually(() => expect(texts(second)).toEqual(['message 1']));
  });

  it('resumes over more messages than are read at a time', async () => {
    const owner = anOwner();
    await world.database.rows(
      owner.tenantId,
      `WITH place AS (INSERT INTO inbox_position VALUES ($1, $2, 120))
       INSERT INTO message SELECT $1, $2, n, gen_random_uuid(), 'coupon_redeemed', gen_random_uuid(),
         gen_random_uuid(), NULL, NULL, 'message ' || n, octopus_now() FROM generate_series(1, 120) AS n`,
      [owner.tenantId, owner.userId],
    );
    const client = await open(owner, { lastEventId: '0' });
    await eventually(() => expect(texts(client)).toEqual(numbered(1, 120)));
  });

  it('is not deaf after a position from the future', async () => {
    const owner = anOwner();
    const client = await open(owner, { lastEventId: '1000000' });
    await world.messages(owner, 1);
    await eventually(() => expect(texts(client)).toEqual(['message 1']));
  });

  it("brings nobody else's messages", async () => {
    const owner = anOwner();
    const sameUserElsewhere = await open({ ...owner, tenantId: newId() });
    const other = await open({ ...owner, userId: newId() });
    const client = await open(owner);
    await world.messages(owner, 1);
    await eventually(() => expect(texts(client)).toEqual(['message 1']));
    expect([...texts(sameUserElsewhere), ...texts(other)]).toEqual([]);
  });

  it('refuses a Last-Event-ID that is none, before the stream begins', async () => {
    expect(await refusal(anOwner(), 'abc')).toMatchObject({
      status: 400,
      type: expect.stringContaining('application/problem+json'),
      body: { code: 'invalid_request', errors: [{ pointer: 'header/last-event-id' }] },
    });
  });

  it('answers HEAD without holding a stream', async () => {
    const headers = { authorization: `Bearer ${await world.token(anOwner())}` };
    const answer = await fetch(`${replica.url}/v1/inbox/stream`, { method: 'HEAD', headers });
    expect(answer.status).toBe(200);
    await eventually(async () => expect(await openStreams(replica)).toBe(0));
  });

  it('ends when the token does, and says so', async () => {
    const client = await open(anOwner(), { exp: inSeconds(2) });
    expect(await client.ended).toBe('ended');
    expect(client.events).toEqual([{ id: undefined, event: 'end', data: { reason: 'token_expired' } }]);
  });

  it('is forgotten when its client leaves', async () => {
    const owner = anOwner();
    const client = await open(owner);
    await eventually(async () => expect(await openStreams(replica)).toBe(1));
    client.leave();
    await eventually(async () => expect(await openStreams(replica)).toBe(0));
  });
});

describe('limits', () => {
  let small: Replica;
  beforeAll(async () => {
    const env = {
      STREAMS_PER_USER: '2',
      STREAMS_PER_PROCESS: '4',
      STREAM_HEARTBEAT_MS: '100',
      STREAM_STALLED_AFTER_MS: '500',
    };
    small = await world.replica(env, readsOnly);
  });
  afterAll(() => small?.stop());

  it("closes a user's oldest stream for one too many, and keeps it from coming back at once", async () => {
    const owner = anOwner();
    const [oldest, second] = [await open(owner, { at: small }), await open(owner, { at: small })];
    const third = await open(owner, { at: small });
    expect(await oldest.ended).toBe('ended');
    expect(oldest.events.at(-1)).toMatchObject({ event: 'end', data: { reason: 'replaced' } });
    expect(oldest.retry).toBe(60_000);
    await world.messages(owner, 1);
    for (const client of [second, third])
      await eventually(() => expect(texts(client)).toEqual(['message 1']));
  });

  it('refuses more streams than the process may hold, with Retry-After', async () => {
    await eventually(async () => expect(await openStreams(small)).toBe(0));
    for (let n = 0; n < 4; n++) await open(anOwner(), { at: small });
    expect(await refusal(anOwner(), undefined, small)).toMatchObject({
      status: 503,
      retryAfter: '5',
      body: { code: 'overloaded' },
    });
  });

  it('lets the stream be heard when nothing happens', async () => {
    await eventually(async () => expect(await openStreams(small)).toBe(0));
    const client = await open(anOwner(), { at: small });
    await eventually(() => expect(client.comments.length).toBeGreaterThanOrEqual(3));
    expect(new Set(client.comments)).toEqual(new Set(['heartbeat']));
    expect(client.events).toEqual([]);
  });

  it('cuts off a client that takes nothing, having read no more for it than it takes', async () => {
    const owner = anOwner();
    await world.database.rows(
      owner.tenantId,
      `WITH place AS (INSERT INTO inbox_position VALUES ($1, $2, 20000))
       INSERT INTO message SELECT $1, $2, n, gen_random_uuid(), 'coupon_redeemed', gen_random_uuid(),
         gen_random_uuid(), NULL, NULL, repeat('x', 1000), octopus_now() FROM generate_series(1, 20000) AS n`,
      [owner.tenantId, owner.userId],
    );
    await eventually(async () => expect(await openStreams(small)).toBe(0));
    const socket = connect(Number(new URL(small.url).port), '127.0.0.1');
    socket.pause();
    socket.on('error', () => undefined);
    socket.write(
      `GET /v1/inbox/stream HTTP/1.1\r\nHost: test\r\nLast-Event-ID: 0\r\nAuthorization: Bearer ${await world.token(owner)}\r\n\r\n`,
    );
    await eventually(async () => expect(await openStreams(small)).toBe(1));
    await eventually(async () => expect(await openStreams(small)).toBe(0));
    let received = 0;
    socket.on('data', (bytes) => (received += bytes.length)).resume();
    await new Promise((done) => socket.once('close', done));
    // 20 MB lay ready; what the operating system buffers on the way is all that has been read.
    expect(received).toBeLessThan(15_000_000);
  });
});

describe('two replicas', () => {
  it('stream what either of them writes', async () => {
    const other = await world.replica();
    const owner = anOwner();
    const [here, there] = [await open(owner), await open(owner, { at: other })];
    await world.messages(owner, 6);
    for (const client of [here, there]) await eventually(() => expect(texts(client)).toEqual(numbered(1, 6)));
    await other.stop();
  });

  it('lets a client go on at the other one when the first stops', async () => {
    const stopping = await world.replica({}, readsOnly);
    const owner = anOwner();
    const before = await open(owner, { at: stopping });
    await world.messages(owner, 1);
    await eventually(() => expect(texts(before)).toEqual(['message 1']));
    const start = performance.now();
    await stopping.stop();
    // One that waited for its streams to end by themselves would take as long as they live.
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(await before.ended).toBe('ended');
    expect(before.events.at(-1)).toMatchObject({ event: 'end', data: { reason: 'shutting_down' } });

    const after = await open(owner, { lastEventId: before.lastEventId! });
    await world.messages(owner, 1, 'then');
    await eventually(() => expect(texts(after)).toEqual(['then 1']));
  });
});

describe('Redis', () => {
  it('makes the stream prompt: a message is there long before the next look at the database', async () => {
    const patient = await world.replica({ STREAM_POLL_MS: '60000' }, readsOnly);
    const owner = anOwner();
    const client = await open(owner, { at: patient });
    await world.messages(owner, 1);
    await eventually(() => expect(texts(client)).toEqual(['message 1']));
    await patient.stop();
  });

  it('may be away from the start: the stream polls', async () => {
    const alone = await world.replica({ REDIS_URL: 'redis://127.0.0.1:1' });
    const owner = anOwner();
    const client = await open(owner, { at: alone });
    await world.messages(owner, 2);
    await eventually(() => expect(texts(client)).toEqual(numbered(1, 2)));
    await alone.stop();
  });

  it('may go away in the middle: the stream polls, and is prompt again once Redis is back', async () => {
    const redis = await cuttableRedis(world.namespace.redisUrl);
    const env = { REDIS_URL: redis.url, STREAM_POLL_MS: '100' };
    const cutOff = await world.replica(env, readsOnly);
    const patient = await world.replica({ ...env, STREAM_POLL_MS: '60000' }, readsOnly);
    const owner = anOwner();
    const before = await open(owner, { at: cutOff });
    await world.messages(owner, 1);
    await eventually(() => expect(texts(before)).toEqual(['message 1']));

    redis.cut();
    const meanwhile = await open(owner, { at: patient });
    await world.messages(owner, 1, 'cut');
    await eventually(() => expect(texts(before)).toEqual(['message 1', 'cut 1']));
    expect(texts(meanwhile)).toEqual([]);

    redis.mend();
    await eventually(() => expect(texts(meanwhile)).toEqual(['cut 1']));
    await world.messages(owner, 1, 'back');
    await eventually(() => expect(texts(meanwhile)).toEqual(['cut 1', 'back 1']));
    await Promise.all([cutOff.stop(), patient.stop()]);
    await redis.stop();
  });
});

async function openStreams(at: Replica): Promise<number> {
  const metrics = await (await fetch(`${at.url}/metrics`)).text();
  return Number(/^notification_open_streams (\d+)$/m.exec(metrics)?.[1]);
}
