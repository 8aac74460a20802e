import { Module } from '@nestjs/common';
import type { DynamicModule, OnModuleInit } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { collectDefaultMetrics } from 'prom-client';
import type { ServiceName } from '#contracts';
import { AccessGuard } from '../auth/access.guard.js';
import { IssuerKeys } from '../auth/issuer-keys.js';
import { RouteAccessCheck } from '../auth/route-access-check.js';
import { TokenVerifier } from '../auth/token-verifier.js';
import { Clock } from '../clock/clock.js';
import { PlatformConfig } from '../config/platform-config.js';
import type { PlatformConfigValues } from '../config/platform-config.js';
import { HealthChecks } from '../health/health-checks.js';
import { HealthController } from '../health/health.controller.js';
import { Log } from '../logging/log.js';
import { Metrics } from '../metrics/metrics.js';
import { MetricsController } from '../metrics/metrics.controller.js';
import { ProblemFilter } from '../problems/problem-filter.js';
import { Shutdown } from '../shutdown/shutdown.js';
import { loadTracing } from '../tracing/load-tracing.js';
import { Tracing } from '../tracing/tracing.js';
import { EventStreams } from './event-streams.js';
import { HttpHooks } from './http-hooks.js';
import { RouteMethods } from './route-methods.js';
import { ValidationPipe } from './validation.pipe.js';

export interface EdgeOptions {
  readonly service: ServiceName;
  readonly config: PlatformConfigValues;
  /** Default: one at the configured level, on standard output. */
  readonly log?: Log;
}

/** What any module may inject. */
const offered = [Clock, HealthChecks, Metrics, Shutdown];
const own = [
  AccessGuard,
  EventStreams,
  HttpHooks,
  IssuerKeys,
  RouteAccessCheck,
  RouteMethods,
  TokenVerifier,
  { provide: APP_FILTER, useClass: ProblemFilter },
  { provide: APP_GUARD, useExisting: AccessGuard },
  { provide: APP_PIPE, useClass: ValidationPipe },
];

/** What a process needs to answer HTTP safely, with no database, broker or Redis behind it. */
@Module({})
export class EdgeModule implements OnModuleInit {
  constructor(private readonly metrics: Metrics) {}

  static register({ service, config, log }: EdgeOptions): DynamicModule {
    const given = [
      { provide: PlatformConfig, useValue: config },
      {
        provide: Log,
        useFactory: () => log ?? new Log({ level: config.LOG_LEVEL, bindings: { service } }),
      },
      { provide: Tracing, useFactory: () => loadTracing(service, config) },
    ];
    return {
      module: EdgeModule,
      global: true,
      imports: [DiscoveryModule],
      controllers: [HealthController, MetricsController],
      providers: [...given, ...offered, ...own],
      exports: [PlatformConfig, Log, Tracing, IssuerKeys, ...offered],
    };
  }

  onModuleInit(): void {
    collectDefaultMetrics({ register: this.metrics.registry });
  }
}
