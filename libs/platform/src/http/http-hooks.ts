import { Injectable } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { runInContext } from '../context/request-context.js';
import { Metrics } from '../metrics/metrics.js';
import { RequestMetrics } from '../metrics/request-metrics.js';
import { Shutdown } from '../shutdown/shutdown.js';
import { Tracing } from '../tracing/tracing.js';
import type { ActiveSpan } from '../tracing/tracing.js';
import { CommandOutcome } from './command-outcome.js';
import { contextFrom, CORRELATION_HEADER } from './correlation.js';
import { RouteMethods } from './route-methods.js';

const span: unique symbol = Symbol('span');
type Traced = FastifyRequest & { [span]?: ActiveSpan };

/** Answers are data of one caller: no cache keeps them, no browser guesses at them. A route may say otherwise. */
const SECURITY_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** What happens around every request. Fastify hooks, because an interceptor would put an Observable into each of them. */
@Injectable()
export class HttpHooks {
  readonly #requests: RequestMetrics;

  constructor(
    metrics: Metrics,
    private readonly routes: RouteMethods,
    private readonly tracing: Tracing,
    private readonly shutdown: Shutdown,
  ) {
    this.#requests = new RequestMetrics(metrics);
  }

  install(fastify: FastifyInstance): void {
    this.routes.follow(fastify);
    fastify.addHook('onRequest', (request, reply, done) => this.#begin(request, reply, done));
    fastify.addHook('preSerialization', (_request, reply, payload, done) =>
      done(null, unwrap(reply, payload)),
    );
    fastify.addHook('onResponse', (request, reply, done) => {
      this.#end(request, reply);
      done();
    });
  }

  #begin(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
    let context = contextFrom(request.headers);
    if (this.tracing.enabled) {
      const route = request.routeOptions.url ?? 'unmatched';
      const active = this.tracing.start(`${request.method} ${route}`, 'server', context.traceparent, {
        'http.request.method': request.method,
        'http.route': route,
        'octopus.correlation_id': context.correlationId,
      });
      (request as Traced)[span] = active;
      context = { ...context, ...(active.traceparent && { traceparent: active.traceparent }) };
    }
    void reply.header(CORRELATION_HEADER, context.correlationId).headers(SECURITY_HEADERS);
    if (this.shutdown.begun) void reply.header('connection', 'close');
    runInContext(context, done);
  }

  #end(request: FastifyRequest, reply: FastifyReply): void {
    const { statusCode, elapsedTime } = reply;
    this.#requests.observe(request.method, request.routeOptions.url, statusCode, elapsedTime);
    const active = (request as Traced)[span];
    active?.end(
      { 'http.response.status_code': statusCode },
      statusCode >= 500 ? new Error(`status ${statusCode}`) : undefined,
    );
  }
}

/** A command's outcome goes out with its own status and headers. */
function unwrap(reply: FastifyReply, payload: unknown): unknown {
  if (!(payload instanceof CommandOutcome)) return payload;
  void reply.code(payload.status).headers(payload.headers);
  if (payload.replayed) void reply.header('idempotency-replayed', 'true');
  return payload.body;
}
