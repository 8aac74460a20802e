import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { core, NodeSDK, resources } from '@opentelemetry/sdk-node';
import type { ActiveSpan, SpanAttributes } from './tracing.js';
import { Tracing } from './tracing.js';

const KINDS = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, producer: SpanKind.PRODUCER };

/** Records spans and sends them by OTLP over HTTP. Loaded only when an endpoint is configured. */
export class OpenTelemetryTracing extends Tracing {
  readonly #sdk: NodeSDK;
  readonly #tracer: Tracer;

  /** `endpoint`: base URL of the collector, as OTEL_EXPORTER_OTLP_ENDPOINT says it. */
  constructor(service: string, endpoint: string) {
    super();
    this.#sdk = new NodeSDK({
      resource: resources.resourceFromAttributes({ 'service.name': `octopus-${service}` }),
      traceExporter: new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` }),
      textMapPropagator: new core.W3CTraceContextPropagator(),
      instrumentations: [],
      // Prometheus scrapes the metrics and the log goes to standard output: neither leaves by OTLP
      metricReaders: [],
      logRecordProcessors: [],
    });
    this.#sdk.start();
    this.#tracer = trace.getTracer('octopus-coupons');
  }

  override get enabled(): boolean {
    return true;
  }

  override start(
    name: string,
    kind: keyof typeof KINDS,
    parent: string | undefined,
    attributes: SpanAttributes = {},
  ): ActiveSpan {
    const span = this.#tracer.startSpan(name, { kind: KINDS[kind], attributes }, parentContext(parent));
    const { traceId, spanId, traceFlags } = span.spanContext();
    return {
      traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
      end(more = {}, error = undefined) {
        span.setAttributes(more);
        if (error !== undefined) {
          span.setStatus({ code: SpanStatusCode.ERROR });
          if (error instanceof Error) span.recordException(error);
        }
        span.end();
      },
    };
  }

  override shutdown(): Promise<void> {
    return this.#sdk.shutdown();
  }
}

function parentContext(traceparent: string | undefined): Context {
  if (traceparent === undefined) return context.active();
  return propagation.extract(context.active(), { traceparent });
}
