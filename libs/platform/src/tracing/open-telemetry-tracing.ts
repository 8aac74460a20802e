import { defaultTextMapGetter, ROOT_CONTEXT, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Context, Tracer } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ActiveSpan, SpanAttributes } from './tracing.js';
import { Tracing } from './tracing.js';

const KINDS = { server: SpanKind.SERVER, consumer: SpanKind.CONSUMER, producer: SpanKind.PRODUCER };

const propagator = new W3CTraceContextPropagator();

/**
 * Records spans and sends them by OTLP over HTTP. Loaded only when an endpoint is configured. Made of the SDK's parts:
 * the package `sdk-node` brings every exporter there is, 170 MB of them.
 */
export class OpenTelemetryTracing extends Tracing {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;

  /** `endpoint`: base URL of the collector, as OTEL_EXPORTER_OTLP_ENDPOINT says it. */
  constructor(service: string, endpoint: string) {
    super();
    const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({ 'service.name': `octopus-${service}` }),
      spanProcessors: [new BatchSpanProcessor({ exporter })],
    });
    this.#tracer = this.#provider.getTracer('octopus-coupons');
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
    return this.#provider.shutdown();
  }
}

function parentContext(traceparent: string | undefined): Context {
  if (traceparent === undefined) return ROOT_CONTEXT;
  return propagator.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter);
}
