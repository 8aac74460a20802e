import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ServiceName } from '#contracts';
import { createServiceApp, loadConfig, type platformEnv } from '#platform';

/** A service in the test's own process: reachable over HTTP, its consumers running, its providers at hand. */
export interface StartedService {
  /** `http://127.0.0.1:<port>` */
  url: string;
  app: NestFastifyApplication;
  stop(): Promise<void>;
}

/**
 * Starts a service as its `main.ts` would, on a free port.
 * @param env on top of test settings: DATABASE_URL, `namespace.env` and `issuer.env` are what it cannot do without
 */
export async function startService(
  { name, module, schema }: { name: ServiceName; module: Type; schema: typeof platformEnv },
  env: Record<string, string>,
): Promise<StartedService> {
  const settings = { NODE_ENV: 'test', PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'error', ...env };
  const app = await createServiceApp({ name, module, config: loadConfig(schema, settings) });
  await app.listen(0, '127.0.0.1');
  await app.startAllMicroservices();
  return { url: await app.getUrl(), app, stop: () => app.close() };
}
