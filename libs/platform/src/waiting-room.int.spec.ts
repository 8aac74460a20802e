import { randomBytes } from 'node:crypto';
import { Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createServiceDatabase, dropServiceDatabase, freePorts, type ServiceDatabaseUrls } from '#servers';
import { eventually, startTestIssuer, type TestIssuer, testServers } from '#testkit';
import { type MigrationSet, migrateService } from './database/migrate-service.js';
import { testConfig } from './http/testing/edge-app.js';
import { Log } from './logging/log.js';
import { createServiceApp, RunningService } from './run-service.js';

class Older1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE job (id uuid PRIMARY KEY)');
  }
  async down(): Promise<void> {}
}
class Newest1790000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE job ADD done boolean');
  }
  async down(): Promise<void> {}
}

/** In place of a service's jobs, relay and consumers: they all begin with the application, or after it. */
let begun: number;
@Injectable()
class Job implements OnApplicationBootstrap {
  onApplicationBootstrap(): void {
    begun += 1;
  }
}
@Module({ providers: [Job] })
class JobModule {}

describe('a service whose schema is not there yet', () => {
  const admin = () => testServers().postgresUrl;
  let names: { database: string; ownerRole: string; appRole: string };
  let urls: ServiceDatabaseUrls;
  let port: number;
  let lines: string[];
  let issuer: TestIssuer;
  let service: RunningService | undefined;
  const former: MigrationSet = {
    service: 'catalog',
    migrations: [Older1790000000000],
    queueTables: ['job'],
  };
  const release: MigrationSet = { ...former, migrations: [Older1790000000000, Newest1790000000001] };

  const migrate = (set: MigrationSet) =>
    migrateService(
      set,
      { DATABASE_OWNER_URL: urls.ownerUrl, DATABASE_APP_ROLE: names.appRole },
      () => undefined,
    );
  const options = () => ({
    name: 'catalog' as const,
    module: JobModule,
    migrations: release,
    config: testConfig({ ...issuer.env, DATABASE_URL: urls.appUrl, PORT: `${port}` }),
    log: new Log({ level: 'info', destination: { write: (line: string) => void lines.push(line) } }),
  });
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, body: await response.text() };
  };
  const logged = (text: string) => lines.filter((line) => line.includes(text));

  beforeAll(async () => {
    issuer = await startTestIssuer();
  });
  afterAll(() => issuer.stop());
  beforeEach(async () => {
    begun = 0;
    lines = [];
    service = undefined;
    const name = `${testServers().prefix}-w${randomBytes(4).toString('hex')}`;
    names = { database: name, ownerRole: `${name}-o`, appRole: `${name}-a` };
    [urls, [port = 0]] = await Promise.all([createServiceDatabase(admin(), names), freePorts(1)]);
  });
  afterEach(async () => {
    await service?.stop();
    await dropServiceDatabase(admin(), names);
  });

  it('lives, is not ready, says what is missing and begins nothing, until the migration has run', async () => {
    await migrate(former);
    service = new RunningService(options());
    const started = service.start();
    await eventually(async () => {
      const { status, body } = await get('/health/ready');
      expect(status).toBe(503);
      expect(body).toContain('migrations are not applied yet: Newest1790000000001');
    });
    expect(await get('/health/live')).toMatchObject({ status: 200 });
    expect(begun).toBe(0);
    expect(logged('waiting for the database schema')).toHaveLength(1);
    expect(lines.join()).toContain('Newest1790000000001');

    await migrate(release);
    await started;
    expect(begun).toBe(1);
    expect(await get('/health/ready')).toMatchObject({ status: 200 });
    expect(logged('waiting for the database schema')).toHaveLength(1);
  });

  it('waits for a database that has no table at all, or is not there', async () => {
    const owner = new URL(urls.appUrl);
    owner.password = 'not-yet';
    const config = { ...options().config, DATABASE_URL: owner.href };
    const provisioned = { ...config, DATABASE_URL: urls.appUrl };
    service = new RunningService({ ...options(), config });
    const first = service.start();
    await eventually(async () => expect((await get('/health/ready')).body).toContain('password'));
    await service.stop();
    await first;
    await expect(get('/health/live')).rejects.toThrow();
    expect(begun).toBe(0);

    service = new RunningService({ ...options(), config: provisioned });
    const second = service.start();
    await eventually(async () =>
      expect((await get('/health/ready')).body).toContain('CreateFunctions1767225600000'),
    );
    await migrate(release);
    await second;
    expect(begun).toBe(1);
  });

  it('is not ready either when it was started without waiting', async () => {
    await migrate(former);
    const app = await createServiceApp(options());
    try {
      const ready = async () => (await app.inject('/health/ready')).json<object>();
      expect(await ready()).toMatchObject({
        ok: false,
        checks: expect.arrayContaining([
          {
            name: 'schema',
            ok: false,
            reason: 'migrations are not applied yet: Newest1790000000001',
          },
        ]),
      });
      await migrate(release);
      expect(await ready()).toMatchObject({ ok: true });
    } finally {
      await app.close();
    }
  });

  it('lets the app role read which migrations there are, and write none', async () => {
    await migrate(release);
    const client = new pg.Client({ connectionString: urls.appUrl });
    await client.connect();
    try {
      const { rows } = await client.query('SELECT name FROM schema_migration ORDER BY id DESC LIMIT 1');
      expect(rows).toEqual([{ name: 'Newest1790000000001' }]);
      await expect(client.query("INSERT INTO schema_migration VALUES (99, 1, 'x')")).rejects.toThrow(
        /permission denied/,
      );
    } finally {
      await client.end();
    }
  });
});
