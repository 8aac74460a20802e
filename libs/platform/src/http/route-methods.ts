import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

/** Which methods a path takes, for telling 405 from 404. Asked only when no route was found. */
@Injectable()
export class RouteMethods {
  readonly #routes: { method: string; segments: readonly string[] }[] = [];

  /** Must come before the routes. */
  follow(fastify: Pick<FastifyInstance, 'addHook'>): void {
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) this.#routes.push({ method: one, segments: url.split('/') });
    });
  }

  /** Empty when no route has this path. */
  of(path: string): string[] {
    const segments = path.split('/');
    const methods = this.#routes
      .filter((route) => matches(route.segments, segments))
      .map(({ method }) => method);
    return [...new Set(methods)].sort();
  }
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  if (pattern.length !== path.length) return false;
  return pattern.every((part, index) => (part.startsWith(':') ? path[index] !== '' : part === path[index]));
}
