import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ServiceName } from '#contracts';
import { loadConfig } from './config/load-config.js';
import type { PlatformConfigValues, platformEnv } from './config/platform-config.js';
import { createApp, drainTime } from './http/create-app.js';
import { connectEventServer } from './kafka/connect-event-server.js';
import { ServiceSchema } from './database/service-schema.js';
import type { MigrationSet } from './database/migrate-service.js';
import { Log } from './logging/log.js';
import { PlatformModule } from './platform.module.js';
import { hardLimitMs, stopOnSignals } from './shutdown/stop-on-signals.js';
import { WaitingRoom } from './waiting-room.js';

export interface ServiceOptions {
  readonly name: ServiceName;
  /** The service's own module; PlatformModule is added to it here. */
  readonly module: Type;
  readonly config: PlatformConfigValues;
  /** The schema without which the service is not ready; default: the platform's own tables alone. */
  readonly migrations?: MigrationSet;
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
  const schema = new ServiceSchema(options.migrations?.migrations);
  return createApp({
    imports: [PlatformModule.register({ service: name, config, log, schema }), module],
    config,
    log,
    beforeInit: connectEventServer,
  });
}

export interface Service extends Pick<ServiceOptions, 'name' | 'module'> {
  /** What the service reads from its environment. */
  readonly env: typeof platformEnv;
  /** Nothing of the service begins before the database has them all. */
  readonly migrations: MigrationSet;
}

/** Serves until a signal comes. Ends the process with one clear message when it cannot start. */
export async function runService({ name, module, env, migrations }: Service): Promise<void> {
  const config = configOrExit(env);
  const log = serviceLog({ name, config });
  const service = new RunningService({ name, module, config, migrations, log });
  try {
    stopOnSignals(() => service.stop(), log, hardLimitMs(drainTime(config)));
    await service.start();
  } catch (err) {
    log.error({ err }, `${name} cannot start`);
    process.exit(1);
  }
}

/** From waiting for the schema to the end: what `runService` does, for a process or a test to start and stop. */
export class RunningService {
  readonly #options;
  readonly #waitingRoom: WaitingRoom;
  #app: NestFastifyApplication | undefined;

  constructor(options: Required<ServiceOptions>) {
    this.#options = options;
    const { name, config, log, migrations } = options;
    this.#waitingRoom = new WaitingRoom({
      name,
      config,
      log,
      schema: new ServiceSchema(migrations.migrations),
    });
  }

  /** Resolves when all has begun, or when `stop` came before the schema. */
  async start(): Promise<void> {
    const { name, config, log } = this.#options;
    if (!(await this.#waitingRoom.wait())) return;
    const app = (this.#app = await createServiceApp(this.#options));
    await app.listen(config.PORT, config.HOST);
    await app.startAllMicroservices();
    log.info({ address: await app.getUrl() }, `${name} is ready`);
  }

  async stop(): Promise<void> {
    await this.#waitingRoom.close();
    await this.#app?.close();
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

function serviceLog({ name, config }: Pick<ServiceOptions, 'name' | 'config'>): Log {
  return new Log({ level: config.LOG_LEVEL, bindings: { service: name } });
}
