import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { currentContext } from '../context/request-context.js';
import { EventStreams } from '../http/event-streams.js';
import { ProblemError } from '../problems/problem-error.js';
import { routeAccessOf, setPrincipal } from './access.decorators.js';
import type { RouteAccess } from './access.decorators.js';
import type { Principal } from './principal.js';
import { TokenVerifier } from './token-verifier.js';

const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]*)$/i;

/** Lets nobody into a route but those whom its @Roles or @Public names. */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #access = new Map<object, RouteAccess>();

  constructor(
    private readonly verifier: TokenVerifier,
    private readonly streams: EventStreams,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const http = context.switchToHttp();
    const access = this.#accessOf(context);
    this.streams.follow(context.getHandler(), http.getResponse<FastifyReply>());
    if ('public' in access) return true;
    const request = http.getRequest<FastifyRequest>();
    const principal = this.verifier.verify(bearerToken(request));
    if (principal instanceof Promise) return principal.then((verified) => admit(request, verified, access));
    return admit(request, principal, access);
  }

  #accessOf(context: ExecutionContext): RouteAccess {
    const handler = context.getHandler();
    const known = this.#access.get(handler);
    if (known) return known;
    const access = routeAccessOf(handler, context.getClass());
    // The check at start has refused such a route; a closed door all the same if one comes later.
    if (!access) throw new Error(`${context.getClass().name}.${handler.name} names nobody who may call it`);
    this.#access.set(handler, access);
    return access;
  }
}

function bearerToken(request: FastifyRequest): string {
  const header = request.headers.authorization;
  if (header === undefined)
    throw new ProblemError('unauthenticated', { detail: 'The request has no Authorization header.' });
  const token = BEARER.exec(header)?.[1];
  if (token === undefined)
    throw new ProblemError('unauthenticated', { detail: 'The Authorization header is not a Bearer token.' });
  return token;
}

function admit(
  request: FastifyRequest,
  principal: Principal,
  access: Extract<RouteAccess, { roles: unknown }>,
): true {
  const context = currentContext();
  if (context) context.tenantId = principal.tenantId;
  if (!access.roles.includes(principal.role))
    throw new ProblemError('forbidden', {
      detail: `The token has role ${principal.role}; this route takes ${access.roles.join(', ')}.`,
    });
  setPrincipal(request, principal);
  return true;
}
