import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { platformEnv, Roles } from '#platform';
import { startTestIssuer, type TestIssuer } from '../auth/test-issuer.js';
import { testDatabase, type TestDatabase } from '../database/test-database.js';
import { testNamespace, type TestNamespace } from '../kafka/test-namespace.js';
import { startService, type StartedService } from './start-service.js';

@Controller('v1/greeting')
class GreetingController {
  @Get()
  @Roles('end_user')
  greet(): { hello: string } {
    return { hello: 'Ana' };
  }
}

@Module({ controllers: [GreetingController] })
class GreetingModule {}

describe('startService', () => {
  let database: TestDatabase;
  let namespace: TestNamespace;
  let issuer: TestIssuer;
  let service: StartedService;

  beforeAll(async () => {
    database = await testDatabase({ service: 'catalog', migrations: [] });
    namespace = await testNamespace({ only: ['catalog.coupon.v1', 'catalog.dead-letter.v1'] });
    issuer = await startTestIssuer();
    const env = { DATABASE_URL: database.appUrl, ...namespace.env, ...issuer.env };
    service = await startService({ name: 'catalog', module: GreetingModule, schema: platformEnv }, env);
  });
  afterAll(async () => {
    await service.stop();
    await Promise.all([namespace.stop(), issuer.stop()]);
    await database.drop();
  });

  it('answers on a port of its own, to tokens of the test issuer', async () => {
    const authorization = `Bearer ${await issuer.token({ role: 'end_user' })}`;
    const answer = await fetch(`${service.url}/v1/greeting`, { headers: { authorization } });
    expect([answer.status, await answer.json()]).toEqual([200, { hello: 'Ana' }]);
  });

  it('refuses a bad token', async () => {
    const authorization = `Bearer ${await issuer.badToken('other_key', { role: 'end_user' })}`;
    expect((await fetch(`${service.url}/v1/greeting`, { headers: { authorization } })).status).toBe(401);
  });

  it('stands on real servers that are all well', async () => {
    expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
  });
});
