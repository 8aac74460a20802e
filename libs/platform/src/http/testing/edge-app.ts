import type { DynamicModule, Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '../../config/load-config.js';
import { platformEnv } from '../../config/platform-config.js';
import type { PlatformConfigValues } from '../../config/platform-config.js';
import { Log } from '../../logging/log.js';
import { createApp } from '../create-app.js';
import { EdgeModule } from '../edge.module.js';

export interface EdgeApp {
  readonly app: NestFastifyApplication;
  /** Every line logged so far, parsed. */
  readonly logged: () => Record<string, unknown>[];
}

/** A configuration of nothing that is really there; `env` overrides. */
export function testConfig(env: NodeJS.ProcessEnv = {}): PlatformConfigValues {
  return loadConfig(platformEnv, {
    NODE_ENV: 'test',
    PORT: '0',
    HOST: '127.0.0.1',
    DATABASE_URL: 'postgres://app:not-used@127.0.0.1:1/none',
    REDIS_URL: 'redis://127.0.0.1:1',
    KAFKA_BROKERS: '127.0.0.1:1',
    AUTH_ISSUER: 'http://127.0.0.1:1',
    AUTH_AUDIENCE: 'octopus-coupons-test',
    AUTH_JWKS_URL: 'http://127.0.0.1:1/.well-known/jwks.json',
    LOG_LEVEL: 'debug',
    ...env,
  });
}

/** These controllers behind our edge, with no server behind them. */
export async function edgeApp(
  controllers: Type[],
  options: { env?: NodeJS.ProcessEnv; imports?: (DynamicModule | Type)[] } = {},
): Promise<EdgeApp> {
  const lines: string[] = [];
  const log = new Log({ level: 'debug', destination: { write: (line: string) => void lines.push(line) } });
  const config = testConfig(options.env);
  class Controllers {}
  const app = await createApp({
    imports: [
      EdgeModule.register({ service: 'catalog', config, log }),
      { module: Controllers, controllers },
      ...(options.imports ?? []),
    ],
    config,
    log,
  });
  return { app, logged: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}
