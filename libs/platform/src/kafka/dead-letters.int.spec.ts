import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { eventMap, type EventOf, type TopicName } from '#contracts';
import {
  aUser,
  eventually,
  newId,
  startTestIssuer,
  testDatabase,
  type TestDatabase,
  type TestIssuer,
  testNamespace,
  type TestNamespace,
  userFact,
} from '#testkit';
import { testConfig } from '../http/testing/edge-app.js';
import { Log } from '../logging/log.js';
import { createServiceApp } from '../run-service.js';
import type { DeadLetterView } from './dead-letters.dto.js';

const TOPIC = 'platform.user.v1';
const KEPT_FOR_A_TIME = 'redemption.redemption.v1';
let mended = false;
const handled: string[] = [];

@Controller()
class UserConsumer {
  @EventPattern<TopicName>(TOPIC)
  async onUser(@Payload() { data }: EventOf<typeof TOPIC>): Promise<void> {
    if (!mended) throw new Error('not yet');
    handled.push(data.userId);
  }

  @EventPattern<TopicName>(KEPT_FOR_A_TIME)
  async onRedeemed(@Payload() { envelope }: EventOf<typeof KEPT_FOR_A_TIME>): Promise<void> {
    handled.push(envelope.id);
  }
}

@Module({ controllers: [UserConsumer] })
class ConsumerModule {}

describe('operators and dead letters', () => {
  const [mine, theirs] = [newId(), newId()];
  let database: TestDatabase;
  let namespace: TestNamespace;
  let issuer: TestIssuer;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    [database, namespace, issuer] = await Promise.all([
      testDatabase({ service: 'notification', migrations: [] }),
      testNamespace({ only: [TOPIC, KEPT_FOR_A_TIME, 'notification.dead-letter.v1'] }),
      startTestIssuer(),
    ]);
    const config = testConfig({
      DATABASE_URL: database.appUrl,
      ...namespace.env,
      AUTH_ISSUER: issuer.issuer,
      AUTH_AUDIENCE: issuer.audience,
      AUTH_JWKS_URL: issuer.jwksUrl,
    });
    const log = new Log({ level: 'silent' });
    app = await createServiceApp({ name: 'notification', module: ConsumerModule, config, log });
    await app.startAllMicroservices();
  });
  afterAll(async () => {
    await app?.close();
    await issuer?.stop();
    await namespace?.stop();
    await database?.drop();
  });

  async function call(
    method: 'GET' | 'POST',
    path: string,
    tenant: string,
    role: 'service' | 'tenant_admin' = 'service',
  ) {
    const authorization = `Bearer ${await issuer.token({ role, tenant })}`;
    const answer = await app.inject({
      method,
      url: `/v1/operations/dead-letters${path}`,
      headers: { authorization },
    });
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
  }
  const list = async (tenant: string, query = '') =>
    (await call('GET', query, tenant)).body as unknown as {
      items: DeadLetterView[];
      nextCursor: string | null;
    };

  it('lists them newest first, page by page, to the tenant they belong to', async () => {
    mended = false;
    for (const name of ['Ana', 'Bo', 'Cy'])
      await namespace.produce(TOPIC, userFact(mine, aUser({ displayName: name })));
    await namespace.produce(TOPIC, userFact(theirs, aUser()));
    await eventually(async () => expect((await list(mine)).items).toHaveLength(3));
    await eventually(async () => expect((await list(theirs)).items).toHaveLength(1));
    const first = await list(mine, '?limit=2');
    const second = await list(mine, `?limit=2&cursor=${first.nextCursor}`);
    const ids = [...first.items, ...second.items].map(({ deadLetterId }) => deadLetterId);
    expect(ids).toEqual([...ids].sort().reverse());
    expect(ids).toHaveLength(3);
    expect(second.nextCursor).toBeNull();
    expect(first.items[0]).toMatchObject({
      topic: TOPIC,
      eventType: 'octopus.platform.user-changed.v1',
      reason: 'handler_failed',
      error: 'Error: not yet',
      replays: 0,
      replayedAt: null,
    });
  });

  it('replays one, once its cause is mended', async () => {
    const [letter] = (await list(mine)).items;
    const path = `/${letter!.deadLetterId}/replay`;
    expect((await call('POST', path, mine)).body).toEqual({
      outcome: 'rejected',
      error: 'handler_failed: Error: not yet',
    });
    mended = true;
    expect(await call('POST', path, mine)).toEqual({ status: 200, body: { outcome: 'handled' } });
    expect(await call('POST', path, mine)).toEqual({ status: 200, body: { outcome: 'duplicate' } });
    expect(handled).toHaveLength(1);
    const after = (await list(mine)).items.find(({ deadLetterId }) => deadLetterId === letter!.deadLetterId);
    expect(after).toMatchObject({ replays: 3, replayedAt: expect.any(String) });
  });

  it("is not found for another tenant's, and forbidden to whoever is no service", async () => {
    const [letter] = (await list(theirs)).items;
    expect((await call('POST', `/${letter!.deadLetterId}/replay`, mine)).status).toBe(404);
    expect((await call('POST', `/${newId()}/replay`, mine)).status).toBe(404);
    expect((await call('POST', '/nothing/replay', mine)).status).toBe(400);
    expect((await call('GET', '', mine, 'tenant_admin')).status).toBe(403);
    expect((await call('POST', `/${letter!.deadLetterId}/replay`, theirs, 'tenant_admin')).status).toBe(403);
  });

  it('shows those without a readable tenant to every operator', async () => {
    await namespace.produce(TOPIC, { raw: { key: 'k', value: '{}' } });
    await eventually(async () =>
      expect((await list(theirs)).items[0]).toMatchObject({ reason: 'bad_headers', eventId: null }),
    );
    expect((await list(mine)).items[0]).toMatchObject({ reason: 'bad_headers' });
  });

  it('puts a fact aside that the inbox may have forgotten, and takes it when an operator says so', async () => {
    const time = new Date(Date.now() - 36 * 86_400_000).toISOString();
    const id = await namespace.produce(KEPT_FOR_A_TIME, {
      name: 'redeemed',
      tenantId: mine,
      key: newId(),
      subject: 'redemption/1',
      time,
      data: eventMap[KEPT_FOR_A_TIME].events.redeemed.sample,
    });
    const letter = await eventually(async () => {
      const [newest] = (await list(mine)).items;
      expect(newest).toMatchObject({ reason: 'too_old', eventId: id });
      return newest!;
    });
    expect(handled).not.toContain(id);
    expect((await call('POST', `/${letter.deadLetterId}/replay`, mine)).body).toEqual({ outcome: 'handled' });
    expect(handled).toContain(id);
  });

  it('takes a fact of any age from a compacted topic: there the revision tells old from new', async () => {
    const old = { ...userFact(mine, aUser()), time: '2020-01-01T00:00:00Z' };
    await namespace.produce(TOPIC, old);
    await eventually(() => expect(handled).toContain(old.data.userId));
  });
});
