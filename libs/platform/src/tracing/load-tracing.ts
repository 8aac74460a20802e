import type { PlatformConfig } from '../config/platform-config.js';
import { Tracing } from './tracing.js';

/** OpenTelemetry weighs tens of megabytes: nothing of it is imported unless there is somewhere to send spans to. */
export async function loadTracing(
  service: string,
  config: Pick<PlatformConfig, 'OTEL_EXPORTER_OTLP_ENDPOINT'>,
): Promise<Tracing> {
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (!endpoint) return new Tracing();
  const { OpenTelemetryTracing } = await import('./open-telemetry-tracing.js');
  return new OpenTelemetryTracing(service, endpoint);
}
