import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { problem } from '#contracts';
import { rawGet } from '../testing/raw-request.js';
import { registerPages } from './register-pages.js';
import { pageFolders } from './source-folders.js';

const pages = [
  '/',
  '/style.css',
  '/story.js',
  '/common-steps.js',
  '/stories/espresso.js',
  '/stories/beans.js',
  '/stories/hour.js',
  '/exchange.js',
  '/event-stream.js',
  '/icon.svg',
];
const qrCodes = ['/qr-codes/index.js', '/qr-codes/rotating-code.js'];
const reference = ['/docs/', '/docs/reference.js', '/docs/reference.css'];
const swaggerUi = ['/docs/swagger-ui-bundle.js', '/docs/swagger-ui.css'];

describe('the pages', () => {
  let app: FastifyInstance;
  let url: string;
  let openApi: string;

  beforeAll(async () => {
    openApi = await mkdtemp(join(tmpdir(), 'octopus-test-pages-'));
    await writeFile(join(openApi, 'catalog.openapi.json'), '{"openapi":"3.1.0"}');
    app = Fastify();
    await app.register((scope) => registerPages(scope, { ...pageFolders(import.meta.dirname), openApi }));
    url = await app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(async () => {
    await app.close();
    await rm(openApi, { recursive: true });
  });

  it.each([...pages, ...qrCodes, ...reference, ...swaggerUi])(
    'serves %s, under a policy of its own address only',
    async (path) => {
      const answer = await fetch(`${url}${path}`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'/);
      expect(answer.headers.get('content-security-policy')).not.toMatch(/http|\*/);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    },
  );

  it.each([...pages, ...reference])('names no outside address in %s', async (path) => {
    const text = await (await fetch(`${url}${path}`)).text();
    const outside = text
      .replaceAll('http://www.w3.org/2000/svg', '')
      .match(/(?:https?:)?\/\/[\w-]+\.[\w.-]+/g);
    expect(outside).toBeNull();
  });

  it("serves a service's document", async () => {
    const answer = await fetch(`${url}/docs/api/catalog.openapi.json`);
    expect([answer.status, await answer.json()]).toEqual([200, { openapi: '3.1.0' }]);
  });

  it('says so when a document is missing', async () => {
    const answer = await fetch(`${url}/docs/api/redemption.openapi.json`);
    expect([answer.status, problem.parse(await answer.json()).code]).toEqual([404, 'not_found']);
  });

  it('leads /docs to /docs/', async () => {
    const answer = await fetch(`${url}/docs`, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([308, '/docs/']);
  });

  it.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/qr-codes/..%2f..%2f..%2f..%2fpackage.json',
    '/docs/..%2f..%2fpackage.json',
    '/docs/api/../../package.json',
  ])('serves no file outside: %s', async (target) => {
    expect(await rawGet(url, target)).toMatch(/^HTTP\/1\.1 (400|403|404) /);
  });
});

describe('pageFolders', () => {
  it('finds the same folders from the sources and from the build', () => {
    const root = join(import.meta.dirname, '../../../..');
    expect(pageFolders(join(root, 'dist/apps/front-door/src'))).toEqual(pageFolders(import.meta.dirname));
  });

  it('says what is missing where there is no package.json', () => {
    expect(() => pageFolders('/')).toThrow(/no package\.json/);
  });
});
