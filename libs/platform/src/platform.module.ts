import { Module } from '@nestjs/common';
import type { DynamicModule, OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DatabaseModule } from './database/database.module.js';
import { HealthChecks } from './health/health-checks.js';
import { EdgeModule } from './http/edge.module.js';
import type { EdgeOptions } from './http/edge.module.js';
import { IdempotentCommands } from './http/idempotent-commands.js';
import { MessagingModule } from './kafka/messaging.module.js';
import { RedisModule } from './redis/redis.module.js';

const offered = [IdempotentCommands];

/** Everything that a service has besides its business. `runService` brings it in. */
@Module({})
export class PlatformModule implements OnModuleInit {
  constructor(
    private readonly health: HealthChecks,
    private readonly dataSource: DataSource,
  ) {}

  static register(options: EdgeOptions): DynamicModule {
    return {
      module: PlatformModule,
      global: true,
      imports: [
        EdgeModule.register(options),
        DatabaseModule.register({ service: options.service }),
        MessagingModule,
        RedisModule,
      ],
      providers: offered,
      exports: offered,
    };
  }

  onModuleInit(): void {
    this.health.register('database', async () => void (await this.dataSource.query('SELECT 1')));
  }
}
