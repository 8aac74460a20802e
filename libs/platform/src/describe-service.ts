import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { ServiceName } from '#contracts';
import type { PlatformConfigValues } from './config/platform-config.js';
import { createHttpAdapter } from './http/http-adapter.js';
import { openApiDocument } from './openapi/open-api-document.js';
import { PlatformModule } from './platform.module.js';

/** In preview nothing is constructed, so nobody reads it. */
const NO_CONFIG = Object.freeze({}) as PlatformConfigValues;

/** The OpenAPI document of a service that need not run: no server, no configuration, nothing constructed. */
export async function describeService(name: ServiceName, module: Type): Promise<OpenAPIObject> {
  const imports = [PlatformModule.register({ service: name, config: NO_CONFIG }), module];
  const app = await NestFactory.create({ module: Described, imports }, createHttpAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  return openApiDocument(app, name);
}

class Described {}
