import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Role, type ServiceName, serviceNames } from '#contracts';

/** One route of one service, as its OpenAPI document tells it. */
export interface Operation {
  service: ServiceName;
  method: string;
  /** With `{parameters}`. */
  path: string;
  /** None: open to everybody. */
  roles: readonly Role[];
  /** As JSON. */
  takesBody: boolean;
  /** Refused without an `If-Match`. */
  needsVersion: boolean;
  idempotent: boolean;
  /** Answers in pages. */
  isList: boolean;
}

interface Document {
  paths: Record<string, Record<string, OperationObject>>;
}

interface OperationObject {
  'x-roles': Role[];
  requestBody?: { content: Record<string, unknown> };
  parameters?: { in: string; name: string; required?: boolean }[];
}

/** Every route of every service, read from the committed documents: none can be forgotten. */
export function everyOperation(): Operation[] {
  return serviceNames.flatMap((service) => {
    const file = join(import.meta.dirname, '../../docs/api', `${service}.openapi.json`);
    const { paths } = JSON.parse(readFileSync(file, 'utf8')) as Document;
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        service,
        method: method.toUpperCase(),
        path,
        roles: operation['x-roles'],
        takesBody: 'application/json' in (operation.requestBody?.content ?? {}),
        needsVersion: (operation.parameters ?? []).some(
          ({ name, required }) => name.toLowerCase() === 'if-match' && required === true,
        ),
        idempotent: (operation.parameters ?? []).some(({ name }) => name === 'Idempotency-Key'),
        isList: (operation.parameters ?? []).some(
          ({ in: place, name }) => place === 'query' && name === 'limit',
        ),
      })),
    );
  });
}

export function title({ service, method, path }: Operation): string {
  return `${method} /${service}${path}`;
}
