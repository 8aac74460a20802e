import { applyDecorators, createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { Role } from '#contracts';
import type { Principal } from './principal.js';

/** Who may call a route: the roles, or everybody without a token. */
export type RouteAccess = { readonly roles: readonly Role[] } | { readonly public: true };

const routeAccess = Symbol('who may call this route');

type AccessDecorator = ClassDecorator & MethodDecorator;

/** Only tokens with one of these roles may call the route (or every route of the controller). */
export function Roles(role: Role, ...more: Role[]): AccessDecorator {
  const roles = [role, ...more];
  return applyDecorators(access({ roles }), ApiExtension('x-roles', roles));
}

/** Anybody may call the route, without a token. */
export function Public(): AccessDecorator {
  return applyDecorators(access({ public: true }), ApiExtension('x-roles', []));
}

function access(value: RouteAccess): AccessDecorator {
  return (target: object, _key?: string | symbol, descriptor?: PropertyDescriptor) =>
    Reflect.defineMetadata(routeAccess, value, descriptor ? (descriptor.value as object) : target);
}

/** The handler's own word, else its controller's; undefined when neither says who may call. */
export function routeAccessOf(handler: object, controller: object): RouteAccess | undefined {
  return (Reflect.getMetadata(routeAccess, handler) ?? Reflect.getMetadata(routeAccess, controller)) as
    RouteAccess | undefined;
}

const caller: unique symbol = Symbol('principal');
type WithCaller = FastifyRequest & { [caller]?: Principal };

export function setPrincipal(request: FastifyRequest, principal: Principal): void {
  (request as WithCaller)[caller] = principal;
}

/** Throws on a public route: there is no caller to speak of. */
export function principalOf(request: FastifyRequest): Principal {
  const principal = (request as WithCaller)[caller];
  if (!principal) throw new Error('this route is public: it has no principal');
  return principal;
}

/** The verified caller, as a handler's parameter: `@CurrentPrincipal() principal: Principal`. */
export const CurrentPrincipal = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  principalOf(context.switchToHttp().getRequest<FastifyRequest>()),
);
