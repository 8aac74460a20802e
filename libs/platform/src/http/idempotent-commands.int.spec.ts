import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import type { EntityManager, MigrationInterface, QueryRunner } from 'typeorm';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import { dataSourceOptions } from '../database/database.module.js';
import { tenantTable } from '../database/tenant-table.js';
import { TenantDatabase } from '../database/tenant-database.js';
import { Log } from '../logging/log.js';
import { ProblemError } from '../problems/problem-error.js';
import { bodyHash } from './canonical-json.js';
import type { CommandAnswer, CommandRequest } from './command-request.js';
import { IdempotentCommands } from './idempotent-commands.js';

class CreateWork implements MigrationInterface {
  readonly name = 'CreateWork1800000000000';
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'CREATE TABLE work (tenant_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id))',
    );
    for (const statement of tenantTable('work')) await runner.query(statement);
  }
  async down(): Promise<void> {}
}

describe('a command with a key', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let commands: IdempotentCommands;
  let tenantId: string;
  let command: CommandRequest;

  beforeAll(async () => {
    database = await testDatabase({ service: 'catalog', migrations: [CreateWork] });
    dataSource = new DataSource(
      dataSourceOptions('catalog', { DATABASE_URL: database.appUrl, DATABASE_POOL_SIZE: 20 }),
    );
    await dataSource.initialize();
    commands = new IdempotentCommands(new TenantDatabase(dataSource, new Log({ level: 'silent' })));
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  beforeEach(() => {
    tenantId = newId();
    command = {
      principal: { tenantId, subject: newId(), role: 'channel_owner', channels: [], expiresAt: 0 },
      idempotencyKey: 'key',
      route: 'POST /v1/things',
      bodyHash: bodyHash({ a: 1 }),
      correlationId: 'corr',
    };
  });

  const worked = async () => (await database.rows(tenantId, 'SELECT id FROM work')).length;
  const keysKept = async () => (await database.rows(tenantId, 'SELECT key FROM idempotency_key')).length;

  async function work(tx: EntityManager): Promise<CommandAnswer<{ id: string }>> {
    const id = newId();
    await tx.query('INSERT INTO work (tenant_id, id) VALUES ($1, $2)', [tenantId, id]);
    return { status: 201, body: { id }, headers: { etag: '"1"' } };
  }

  it('works once and answers the same ever after', async () => {
    const first = await commands.run(command, work);
    const second = await commands.run(command, work);
    expect(first).toMatchObject({ status: 201, headers: { etag: '"1"' }, replayed: false });
    expect({ ...second }).toEqual({ ...first, replayed: true });
    expect(await worked()).toBe(1);
  });

  it('sent a hundred times at once works once', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => commands.run(command, work)));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await worked()).toBe(1);
  });

  it('with another body is refused, also while the first is at work', async () => {
    const other = { ...command, bodyHash: bodyHash({ a: 2 }) };
    const working = Promise.withResolvers<void>();
    const mayEnd = Promise.withResolvers<void>();
    const first = commands.run(command, async (tx) => {
      working.resolve();
      await mayEnd.promise;
      return work(tx);
    });
    await working.promise;
    const second = commands.run(other, work);
    const settled = await Promise.race([
      second.then(
        () => 'ended',
        () => 'ended',
      ),
      pause(100).then(() => 'waits'),
    ]);
    expect(settled).toBe('waits');
    mayEnd.resolve();
    await first;
    await expect(second).rejects.toMatchObject({
      code: 'idempotency_key_reused',
      extras: { errors: [{ pointer: 'header/idempotency-key' }] },
    });
    await expect(commands.run(other, work)).rejects.toThrow(ProblemError);
    expect(await worked()).toBe(1);
  });

  it('that fails leaves nothing, and its key free for the copy that waited', async () => {
    const working = Promise.withResolvers<void>();
    const mayFail = Promise.withResolvers<void>();
    const failing = commands.run(command, async (tx) => {
      await work(tx);
      working.resolve();
      await mayFail.promise;
      throw new ProblemError('wrong_state');
    });
    await working.promise;
    const copy = commands.run(command, work);
    await pause(50);
    mayFail.resolve();
    await expect(failing).rejects.toMatchObject({ code: 'wrong_state' });
    expect(await copy).toMatchObject({ status: 201, replayed: false });
    expect([await worked(), await keysKept()]).toEqual([1, 1]);
  });

  it('keeps no trace of a refusal', async () => {
    const refusal = commands.run(command, () => Promise.reject(new ProblemError('wrong_state')));
    await expect(refusal).rejects.toThrow();
    expect(await keysKept()).toBe(0);
  });

  const scopes: [string, (given: CommandRequest) => CommandRequest][] = [
    ['another key', (given) => ({ ...given, idempotencyKey: 'KEY' })],
    ['another route', (given) => ({ ...given, route: 'POST /v1/other' })],
    ['another caller', (given) => ({ ...given, principal: { ...given.principal, subject: newId() } })],
  ];
  it.each(scopes)('is another command with %s', async (_what, change) => {
    await commands.run(command, work);
    expect(await commands.run(change(command), work)).toMatchObject({ replayed: false });
    expect(await worked()).toBe(2);
  });

  it("never answers with another tenant's answer", async () => {
    await commands.run(command, work);
    const elsewhere = { ...command, principal: { ...command.principal, tenantId: newId() } };
    const answer = await commands.run(elsewhere, async () => ({ status: 200, body: { own: true } }));
    expect(answer).toMatchObject({ status: 200, body: { own: true }, replayed: false });
  });

  it('may answer with nothing', async () => {
    const nothing = async () => ({ status: 204, body: null });
    await commands.run(command, nothing);
    expect(await commands.run(command, nothing)).toMatchObject({ status: 204, body: null, replayed: true });
  });
});

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
