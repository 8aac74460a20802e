import { Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { routeAccessOf } from './access.decorators.js';

/** A service with a route that says nothing about who may call it does not start. */
@Injectable()
export class RouteAccessCheck implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    const open = this.discovery
      .getControllers()
      .flatMap(({ metatype }) => routesWithoutAccess(this.scanner, metatype));
    if (open.length > 0)
      throw new Error(`Nobody is named who may call ${open.join(', ')}. Add @Roles(…) or @Public() to each.`);
  }
}

function routesWithoutAccess(scanner: MetadataScanner, controller: unknown): string[] {
  if (typeof controller !== 'function') return [];
  const prototype = controller.prototype as Record<string, unknown>;
  return scanner.getAllMethodNames(prototype).flatMap((name) => {
    const handler = prototype[name];
    if (typeof handler !== 'function' || !isRoute(handler)) return [];
    return routeAccessOf(handler, controller) ? [] : [`${controller.name}.${name}`];
  });
}

function isRoute(handler: object): boolean {
  return Reflect.hasMetadata(PATH_METADATA, handler) && Reflect.hasMetadata(METHOD_METADATA, handler);
}
