import { Module } from '@nestjs/common';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { PlatformConfigValues } from '../config/platform-config.js';
import type { Log } from '../logging/log.js';
import { NestLog } from '../logging/nest-log.js';
import { Shutdown } from '../shutdown/shutdown.js';
import { Tracing } from '../tracing/tracing.js';
import { EventStreams } from './event-streams.js';
import { createHttpAdapter } from './http-adapter.js';
import type { HttpAdapter } from './http-adapter.js';
import { HttpHooks } from './http-hooks.js';

const SWEEP_MS = 20;

/** The root of the module tree. */
@Module({})
class Root {}

export interface AppOptions {
  /** EdgeModule among them. */
  readonly imports: readonly (DynamicModule | Type)[];
  readonly config: PlatformConfigValues;
  readonly log: Log;
  /** Called when everything is built and nothing has begun. */
  readonly beforeInit?: (app: NestFastifyApplication) => unknown;
}

/** An application ready to answer, not listening. `close()` ends it in the order of Shutdown's stages. */
export async function createApp(options: AppOptions): Promise<NestFastifyApplication> {
  const { imports, config, log, beforeInit } = options;
  const adapter = createHttpAdapter();
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: Root, imports: [...imports] },
    adapter,
    { logger: new NestLog(log), bodyParser: false, abortOnError: false },
  );
  try {
    const fastify = adapter.getInstance();
    app.get(HttpHooks).install(fastify);
    closeInOrder(app, adapter, config);
    beforeInit?.(app);
    await app.init();
    await fastify.ready();
    return app;
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Ends what is ours in the order of Shutdown's stages before Nest, which knows of none, destroys the modules. */
function closeInOrder(app: NestFastifyApplication, adapter: HttpAdapter, config: PlatformConfigValues): void {
  const shutdown = app.get(Shutdown);
  shutdown.register('traffic', 'http', () => finishTraffic(app));
  shutdown.register('connections', 'tracing', () => app.get(Tracing).shutdown());
  adapter.beforeCloseDo(() => shutdown.run(drainTime(config)));
}

/** Accepts nothing new and waits for the requests in flight; connections are closed as they become idle. */
async function finishTraffic(app: NestFastifyApplication): Promise<void> {
  app.get(EventStreams).endAll();
  // Node closes idle connections once; one whose request ends later would stay for its keep-alive time.
  const sweep = setInterval(() => app.getHttpServer().closeIdleConnections(), SWEEP_MS);
  try {
    await app.getHttpAdapter().close();
  } finally {
    clearInterval(sweep);
  }
}

/** Milliseconds; load balancers take a moment to see "not ready". */
export function drainTime({ SHUTDOWN_DRAIN_MS, NODE_ENV }: PlatformConfigValues): number {
  return SHUTDOWN_DRAIN_MS ?? (NODE_ENV === 'production' ? 5000 : 0);
}
