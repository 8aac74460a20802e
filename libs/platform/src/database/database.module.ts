import { type DynamicModule, Module, type OnModuleInit } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions, type EntityTarget, type ObjectLiteral } from 'typeorm';
import type { ServiceName } from '#contracts';
import { PlatformConfig } from '../config/platform-config.js';
import { poolSettings, timeLimits } from './connection-settings.js';
import { ServiceIdentity } from './service-identity.js';
import { TenantDatabase } from './tenant-database.js';

export interface DatabaseModuleOptions {
  readonly service: ServiceName;
  /** Entities may also come by `TypeOrmModule.forFeature([…])` in the service's module. */
  readonly entities?: readonly EntityTarget<ObjectLiteral>[];
}

/** The service's pool and TenantDatabase. Part of PlatformModule. */
@Module({})
export class DatabaseModule implements OnModuleInit {
  constructor(private readonly dataSource: DataSource) {}

  static register({ service, entities = [] }: DatabaseModuleOptions): DynamicModule {
    return {
      module: DatabaseModule,
      global: true,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [PlatformConfig],
          useFactory: (config: PlatformConfig) => ({
            ...dataSourceOptions(service, config),
            entities: entities as DataSourceOptions['entities'] & object,
            autoLoadEntities: true,
            retryAttempts: 30,
            retryDelay: 1000,
          }),
        }),
      ],
      providers: [{ provide: ServiceIdentity, useValue: new ServiceIdentity(service) }, TenantDatabase],
      exports: [ServiceIdentity, TenantDatabase, TypeOrmModule],
    };
  }

  onModuleInit(): Promise<void> {
    return refuseRoleAboveRowSecurity(this.dataSource);
  }
}

/** Options of a service's DataSource without its entities. */
export function dataSourceOptions(
  service: ServiceName,
  config: Pick<PlatformConfig, 'DATABASE_URL' | 'DATABASE_POOL_SIZE'>,
): DataSourceOptions & { type: 'postgres' } {
  return {
    type: 'postgres',
    url: config.DATABASE_URL,
    applicationName: `octopus-${service}`,
    poolSize: config.DATABASE_POOL_SIZE,
    connectTimeoutMS: timeLimits.connect,
    extra: poolSettings,
    synchronize: false,
    migrationsRun: false,
    installExtensions: false,
    logging: false,
  };
}

/** A role that row-level security does not bind would void the second lock without a sign; better not to start. */
async function refuseRoleAboveRowSecurity(dataSource: DataSource): Promise<void> {
  const [role] = await dataSource.query<{ name: string; above: boolean }[]>(
    `SELECT rolname AS name, rolsuper OR rolbypassrls AS above FROM pg_roles WHERE rolname = current_user`,
  );
  if (role?.above)
    throw new Error(
      `DATABASE_URL: the role ${role.name} is a superuser or has BYPASSRLS, so tenants would not be kept apart; use the service's app role`,
    );
}
