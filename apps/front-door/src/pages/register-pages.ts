import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { serviceNames } from '#contracts';
import { sendProblem } from '../problem-document.js';
import type { PageFolders } from './source-folders.js';

/** Swagger UI sets styles on elements; everything else comes from here, and nothing from anywhere else. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const swaggerUiFiles = ['swagger-ui-bundle.js', 'swagger-ui.css'];

/** `/`: the stories. `/qr-codes/`: the library that they show codes with. `/docs/`: the API reference. `/docs/api/<service>.openapi.json`: its documents. */
export async function registerPages(app: FastifyInstance, folders: PageFolders): Promise<void> {
  app.addHook('onSend', async (_request, reply) => {
    void reply.header('content-security-policy', contentSecurityPolicy);
    void reply.header('x-content-type-options', 'nosniff');
    void reply.header('referrer-policy', 'no-referrer');
  });
  await app.register(fastifyStatic, { root: folders.public, wildcard: false, index: ['index.html'] });
  app.get<{ Params: { file: string } }>('/qr-codes/:file', (request, reply) =>
    reply.sendFile(request.params.file, folders.qrCodes),
  );
  for (const file of swaggerUiFiles) {
    app.get(`/docs/${file}`, (_request, reply) => reply.sendFile(file, folders.swaggerUi));
  }
  app.get('/docs', (_request, reply) => reply.redirect('/docs/', 308));
  for (const service of serviceNames) {
    app.get(`/docs/api/${service}.openapi.json`, async (request, reply) => {
      const text = await readFile(join(folders.openApi, `${service}.openapi.json`), 'utf8').catch(
        () => undefined,
      );
      if (text !== undefined) return reply.type('application/json').send(text);
      sendProblem(request, reply, 'not_found', { detail: `There is no API document of ${service} here.` });
      return reply;
    });
  }
}
