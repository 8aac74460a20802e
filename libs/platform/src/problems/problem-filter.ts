import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Log } from '../logging/log.js';
import { type Asked, problemFrom } from './problem-from-error.js';
import { RouteMethods } from '../http/route-methods.js';
import { ProblemError } from './problem-error.js';
import { pathOf, sendProblem } from './send-problem.js';

/** Every error that leaves a route leaves as application/problem+json. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly log: Log,
    private readonly routes: RouteMethods,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = this.#wrongMethod(request, reply) ?? problemFrom(error, askedOf(request));
    const route = `${request.method} ${request.routeOptions?.url ?? ''}`;
    if (problem.code === 'internal') this.log.error({ err: error, route }, 'A request failed unexpectedly');
    else if (problem.code === 'unavailable' && problem.cause)
      this.log.warn({ err: problem.cause, route }, 'A request met a server that is away');
    if (reply.raw.headersSent) {
      // Half an answer is out (a stream): cut it, so that the client sees a failure instead of an end.
      reply.raw.destroy();
      return;
    }
    sendProblem(request, reply, problem);
  }

  #wrongMethod(request: FastifyRequest, reply: FastifyReply): ProblemError | undefined {
    if (!request.is404) return undefined;
    const allowed = this.routes.of(pathOf(request));
    if (allowed.length === 0) return undefined;
    void reply.header('allow', allowed.join(', '));
    return new ProblemError('method_not_allowed', { detail: `This address takes ${allowed.join(', ')}.` });
  }
}

function askedOf({ routeOptions, headers }: FastifyRequest): Asked {
  return { bodyLimit: routeOptions?.bodyLimit, contentType: headers['content-type'] };
}
