import { Controller, Injectable, Module, Post } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TopicName } from '#contracts';
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
} from '#testkit';
import { Roles } from './auth/access.decorators.js';
import { currentContext } from './context/request-context.js';
import type { CommandOutcome } from './http/command-outcome.js';
import type { CommandRequest } from './http/command-request.js';
import { IdempotentCommand } from './http/idempotent-command.decorator.js';
import { IdempotentCommands } from './http/idempotent-commands.js';
import { testConfig } from './http/testing/edge-app.js';
import type { EventContext } from './kafka/event-context.js';
import { Log } from './logging/log.js';
import { Outbox } from './outbox/outbox.js';
import { createServiceApp } from './run-service.js';
import { Shutdown } from './shutdown/shutdown.js';

const topic = 'platform.user.v1';

@Roles('service')
@Controller('v1/users')
class UsersController {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly outbox: Outbox,
  ) {}

  @Post()
  put(@IdempotentCommand() command: CommandRequest): Promise<CommandOutcome<object>> {
    const { tenantId } = command.principal;
    const user = aUser();
    return this.commands.run(command, async (tx) => {
      const eventId = await this.outbox.add(tx, {
        topic,
        name: 'user-changed',
        tenantId,
        key: user.userId,
        subject: `user/${user.userId}`,
        revision: 1,
        time: new Date().toISOString(),
        data: user,
      });
      return { status: 202, body: { eventId } };
    });
  }
}

@Injectable()
class Seen {
  readonly contexts: object[] = [];
  /** While there is one, the consumer waits inside its transaction. */
  gate: PromiseWithResolvers<void> | undefined;
  readonly steps: string[] = [];
}

@Controller()
class UsersConsumer {
  constructor(private readonly seen: Seen) {}

  @EventPattern<TopicName>(topic)
  async onUser(@Payload() _event: object, @Ctx() { tx }: EventContext): Promise<void> {
    this.seen.contexts.push({ ...currentContext() });
    await this.seen.gate?.promise;
    await tx.query('SELECT 1');
    this.seen.steps.push('handled');
  }
}

@Module({ controllers: [UsersController, UsersConsumer], providers: [Seen] })
class UsersModule {}

describe('a whole service', () => {
  let issuer: TestIssuer;
  let database: TestDatabase;
  let namespace: TestNamespace;
  let app: NestFastifyApplication;
  let seen: Seen;
  const subject = newId();

  beforeAll(async () => {
    [issuer, database, namespace] = await Promise.all([
      startTestIssuer(),
      testDatabase({ service: 'targeting', migrations: [] }),
      testNamespace({ only: [topic, 'targeting.dead-letter.v1'] }),
    ]);
    app = await createServiceApp({
      name: 'targeting',
      module: UsersModule,
      config: testConfig({ ...issuer.env, ...namespace.env, DATABASE_URL: database.appUrl }),
      log: new Log({ level: 'silent' }),
    });
    seen = app.get(Seen);
    await app.listen(0, '127.0.0.1');
    await app.startAllMicroservices();
    await eventually(
      async () => expect((await app.inject('/health/ready')).json()).toMatchObject({ ok: true }),
      {
        timeoutMs: 20_000,
      },
    );
  });
  afterAll(async () => {
    await app.close();
    await Promise.all([issuer.stop(), database.drop(), namespace.stop()]);
  });

  const put = async (key: string, tenant: string) =>
    app.inject({
      method: 'POST',
      url: '/v1/users',
      headers: {
        authorization: `Bearer ${await issuer.token({ role: 'service', tenant, sub: subject })}`,
        'idempotency-key': key,
        'x-correlation-id': `for-${key}`,
        traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      },
    });

  it('has one story from the request over the fact to its consumer', async () => {
    const tenant = newId();
    const first = await put('one', tenant);
    const second = await put('one', tenant);
    expect([first.statusCode, second.statusCode]).toEqual([202, 202]);
    expect(second.json()).toEqual(first.json());
    expect(second.headers['idempotency-replayed']).toBe('true');
    await eventually(() => expect(seen.contexts).toHaveLength(1));
    expect(seen.contexts[0]).toEqual({
      correlationId: 'for-one',
      causationId: first.json<{ eventId: string }>().eventId,
      tenantId: tenant,
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    });
  });

  it('says what it needs to be ready', async () => {
    const { checks } = (await app.inject('/health/ready')).json<{ checks: { name: string }[] }>();
    expect(checks.map(({ name }) => name)).toEqual(expect.arrayContaining(['database', 'kafka-consumer']));
  });

  it('ends its requests, then the fact in hand, then its jobs, then its connections', async () => {
    const shutdown = app.get(Shutdown);
    seen.steps.length = 0;
    for (const stage of ['consumers', 'jobs', 'outbox', 'connections'] as const)
      shutdown.register(stage, `${stage} of the test`, async () => void seen.steps.push(stage));
    seen.gate = Promise.withResolvers();
    const handled = seen.contexts.length;
    await put('two', newId());
    await eventually(() => expect(seen.contexts).toHaveLength(handled + 1));

    const url = await app.getUrl();
    const ended = app.close();
    await eventually(() => expect(seen.steps).toEqual(['consumers']));
    await expect(fetch(`${url}/health/live`)).rejects.toThrow();
    seen.gate.resolve();
    await ended;
    expect(seen.steps).toEqual(['consumers', 'handled', 'jobs', 'outbox', 'connections']);
  });
});
