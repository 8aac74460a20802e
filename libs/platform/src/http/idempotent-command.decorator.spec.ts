import { Controller, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Problem } from '#contracts';
import { newId, startTestIssuer, type TestIssuer } from '#testkit';
import { Roles } from '../auth/access.decorators.js';
import { bodyHash } from './canonical-json.js';
import type { CommandRequest } from './command-request.js';
import { IdempotentCommand } from './idempotent-command.decorator.js';
import { edgeApp } from './testing/edge-app.js';

@Roles('end_user')
@Controller('v1/coupons')
class CommandController {
  @Post(':couponId/things')
  act(@IdempotentCommand() command: CommandRequest): CommandRequest {
    return command;
  }
}

describe('a command', () => {
  let issuer: TestIssuer;
  let app: NestFastifyApplication;
  let authorization: string;
  const subject = newId();

  beforeAll(async () => {
    issuer = await startTestIssuer();
    ({ app } = await edgeApp([CommandController], { env: issuer.env }));
    authorization = `Bearer ${await issuer.token({ role: 'end_user', sub: subject })}`;
  });
  afterAll(async () => {
    await app.close();
    await issuer.stop();
  });

  const send = (key: string | undefined, couponId = 'AbC') =>
    app.inject({
      method: 'POST',
      url: `/v1/coupons/${couponId}/things?x=1`,
      headers: {
        authorization,
        'x-correlation-id': 'corr',
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      body: { b: 1, a: 2 },
    });

  it('is read from the request', async () => {
    expect((await send('key-1')).json()).toEqual({
      principal: expect.objectContaining({ subject, role: 'end_user' }),
      idempotencyKey: 'key-1',
      route: 'POST /v1/coupons/:couponId/things couponId=abc',
      bodyHash: bodyHash({ a: 2, b: 1 }),
      correlationId: 'corr',
    });
  });

  it.each([undefined, '', ' ', 'a b', 'ä', 'x'.repeat(201)])('is refused with the key %j', async (key) => {
    expect((await send(key)).json<Problem>()).toMatchObject({
      code: 'idempotency_key_missing',
      status: 400,
      errors: [{ pointer: 'header/idempotency-key' }],
    });
  });

  it('may have the longest key', async () => {
    expect((await send('~'.repeat(200))).statusCode).toBe(201);
  });
});
