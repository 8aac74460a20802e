import { createServiceApp, loadConfig } from '#platform';
import type { Role } from '#contracts';
import {
  newId,
  startTestIssuer,
  testDatabase,
  type TestDatabase,
  testNamespace,
  type TestNamespace,
} from '#testkit';
import { targetingEnv } from '../src/config.js';
import { migrationSet } from '../src/store/migrations/index.js';
import { TargetingModule } from '../src/targeting.module.js';

export interface Answer {
  status: number;
  body: unknown;
}

/** One targeting process, listening and consuming, with servers of its own. */
export interface TargetingWorld {
  database: TestDatabase;
  namespace: TestNamespace;
  /** With a token of the tenant; role `service` unless told otherwise, null = without a token. */
  call(
    tenantId: string,
    request: { method?: string; path: string; body?: unknown; role?: Role | null },
  ): Promise<Answer>;
  stop(): Promise<void>;
}

export async function startTargetingWorld(): Promise<TargetingWorld> {
  const [database, namespace, issuer] = await Promise.all([
    testDatabase(migrationSet),
    testNamespace(),
    startTestIssuer(),
  ]);
  const values = {
    NODE_ENV: 'test',
    PORT: '0',
    DATABASE_URL: database.appUrl,
    LOG_LEVEL: 'silent',
    ...namespace.env,
    ...issuer.env,
  };
  const config = loadConfig(targetingEnv, values);
  const app = await createServiceApp({ name: 'targeting', module: TargetingModule, config });
  await app.listen(0, '127.0.0.1');
  await app.startAllMicroservices();
  const url = await app.getUrl();
  return {
    database,
    namespace,
    call: async (tenantId, { method = 'GET', path, body, role = 'service' }) => {
      const token = role && (await issuer.token({ role, tenant: tenantId, sub: newId() }));
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: await answer.json() };
    },
    stop: async () => {
      await app.close();
      await Promise.all([database.drop(), namespace.stop(), issuer.stop()]);
    },
  };
}
