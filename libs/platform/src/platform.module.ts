import { Module } from '@nestjs/common';
import type { DynamicModule, OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { IssuerKeys } from './auth/issuer-keys.js';
import { DatabaseModule } from './database/database.module.js';
import { ExpiredRowsPruner } from './database/expired-rows-pruner.js';
import { ServiceSchema } from './database/service-schema.js';
import { HealthChecks } from './health/health-checks.js';
import { EdgeModule } from './http/edge.module.js';
import type { EdgeOptions } from './http/edge.module.js';
import { IdempotentCommands } from './http/idempotent-commands.js';
import { MessagingModule } from './kafka/messaging.module.js';
import { RedisModule } from './redis/redis.module.js';

const offered = [IdempotentCommands];

export interface PlatformOptions extends EdgeOptions {
  /** Default: that of the platform's own tables. */
  readonly schema?: ServiceSchema;
}

/** Everything that a service has besides its business. `runService` brings it in. */
@Module({})
export class PlatformModule implements OnModuleInit {
  constructor(
    private readonly health: HealthChecks,
    private readonly dataSource: DataSource,
    private readonly schema: ServiceSchema,
    private readonly issuerKeys: IssuerKeys,
  ) {}

  static register({ schema = new ServiceSchema(), ...options }: PlatformOptions): DynamicModule {
    return {
      module: PlatformModule,
      global: true,
      imports: [
        EdgeModule.register(options),
        DatabaseModule.register({ service: options.service }),
        MessagingModule,
        RedisModule,
      ],
      providers: [...offered, ExpiredRowsPruner, { provide: ServiceSchema, useValue: schema }],
      exports: offered,
    };
  }

  onModuleInit(): void {
    this.health.register('database', async () => void (await this.dataSource.query('SELECT 1')));
    this.health.register('issuer-keys', () => this.issuerKeys.checkKnown());
    this.health.register('schema', () => this.schema.check((sql) => this.dataSource.query(sql)));
  }
}
