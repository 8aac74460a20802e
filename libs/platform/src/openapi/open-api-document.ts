import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { ProblemCode, ServiceName } from '#contracts';
import { problemComponents, problemResponses, problemsOf } from './operation-problems.js';
import { zodSchema } from './zod-schema.js';

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & {
  'x-roles'?: readonly string[];
  'x-problems'?: readonly ProblemCode[];
};

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;
const BEARER = 'bearer';

/**
 * The service's HTTP edge as OpenAPI 3.1, from the schemas that the routes themselves check with. Each operation says
 * who may call it (`x-roles`, empty = anybody) and every problem it may answer (`x-problems`).
 */
export function openApiDocument(app: INestApplication, name: ServiceName): OpenAPIObject {
  const base = new DocumentBuilder()
    .setTitle(`Octopus Coupons: ${name}`)
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addServer(`/${name}`, 'Behind the front door')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, BEARER)
    .build();
  const document = SwaggerModule.createDocument(app, base, {
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
    standardSchemaConverter: zodSchema,
  });
  // By its SPDX identifier: a link would lead the reader of the reference outside.
  Object.assign(document.info, { license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } });
  Object.assign((document.components ??= {}), {
    schemas: { ...document.components.schemas, ...problemComponents() },
  });
  for (const operation of operationsOf(document)) complete(operation);
  return document;
}

function operationsOf(document: OpenAPIObject): Operation[] {
  return Object.values(document.paths).flatMap((path) => METHODS.flatMap((method) => path[method] ?? []));
}

function complete(operation: Operation): void {
  const roles = operation['x-roles'] ?? [];
  const parameters = (operation.parameters ?? []).flatMap((one) => ('name' in one ? [one] : []));
  const codes = problemsOf({
    guarded: roles.length > 0,
    hasParameters: parameters.length > 0,
    hasBody: operation.requestBody !== undefined,
    idempotent: parameters.some((one) => one.in === 'header' && one.name === 'Idempotency-Key'),
    own: operation['x-problems'] ?? [],
  });
  operation['x-roles'] = roles;
  operation['x-problems'] = codes;
  operation.security = roles.length > 0 ? [{ [BEARER]: [] }] : [];
  // What a route says itself about a status (a description, a header) stands.
  operation.responses = Object.assign(problemResponses(codes), operation.responses);
}
