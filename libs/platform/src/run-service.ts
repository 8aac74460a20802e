import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ServiceName } from '#contracts';
import { loadConfig } from './config/load-config.js';
import type { PlatformConfigValues, platformEnv } from './config/platform-config.js';
import { createApp } from './http/create-app.js';
import { connectEventServer } from './kafka/connect-event-server.js';
import { Log } from './logging/log.js';
import { PlatformModule } from './platform.module.js';
import { stopOnSignals } from './shutdown/stop-on-signals.js';

export interface ServiceOptions {
  readonly name: ServiceName;
  /** The service's own module; PlatformModule is added to it here. */
  readonly module: Type;
  readonly config: PlatformConfigValues;
  /** For tests that read what is logged. */
  readonly log?: Log;
}

/**
 * The service ready to answer, not listening: tests use `app.inject(…)`, or `app.listen(0)` and
 * `app.startAllMicroservices()` for its consumers. `app.close()` ends it in the same order as a signal would.
 */
export async function createServiceApp(options: ServiceOptions): Promise<NestFastifyApplication> {
  const { name, module, config } = options;
  const log = options.log ?? serviceLog(options);
  return createApp({
    imports: [PlatformModule.register({ service: name, config, log }), module],
    config,
    log,
    beforeInit: connectEventServer,
  });
}

export interface Service extends Pick<ServiceOptions, 'name' | 'module'> {
  /** What the service reads from its environment. */
  readonly env: typeof platformEnv;
}

/** Serves until a signal comes. Ends the process with one clear message when it cannot start. */
export async function runService({ name, module, env }: Service): Promise<void> {
  const config = configOrExit(env);
  const log = serviceLog({ name, module, config });
  try {
    const app = await createServiceApp({ name, module, config, log });
    stopOnSignals(() => app.close(), log);
    await app.listen(config.PORT, config.HOST);
    await app.startAllMicroservices();
    log.info({ address: await app.getUrl() }, `${name} is ready`);
  } catch (err) {
    log.error({ err }, `${name} cannot start`);
    process.exit(1);
  }
}

function configOrExit(env: typeof platformEnv): PlatformConfigValues {
  try {
    return loadConfig(env, process.env);
  } catch (error) {
    // For the person who starts it; there is no log level yet to log by.
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}

function serviceLog({ name, config }: ServiceOptions): Log {
  return new Log({ level: config.LOG_LEVEL, bindings: { service: name } });
}
