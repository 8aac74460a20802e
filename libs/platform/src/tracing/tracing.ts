import { Injectable } from '@nestjs/common';

export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

export interface ActiveSpan {
  /** W3C trace context that names this span as parent of what follows; undefined when nothing is traced. */
  readonly traceparent: string | undefined;
  /** `error`: what it ended with, if it failed. */
  end(attributes?: SpanAttributes, error?: unknown): void;
}

/**
 * Spans per request and per consumed fact. This one records nothing and passes the given trace on; with
 * OTEL_EXPORTER_OTLP_ENDPOINT set, `loadTracing` puts the recording one in its place.
 */
@Injectable()
export class Tracing {
  /** `parent`: traceparent of the caller. */
  start(
    _name: string,
    _kind: 'server' | 'consumer' | 'producer',
    parent: string | undefined,
    _attributes: SpanAttributes = {},
  ): ActiveSpan {
    return { traceparent: parent, end: () => undefined };
  }

  /** Whether spans are recorded: lets hot paths leave out the making of names and attributes. */
  get enabled(): boolean {
    return false;
  }

  /** Sends what is still buffered. */
  async shutdown(): Promise<void> {}
}
