import { randomUUID } from 'node:crypto';
import Fastify, {
  LogController,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { FrontDoorConfig } from './config.js';
import { registerHealth } from './health.js';
import { registerPages } from './pages/register-pages.js';
import { pageFolders } from './pages/source-folders.js';
import { answerClientError } from './client-error.js';
import { sendProblem } from './problem-document.js';
import { forward } from './proxy/forward.js';
import { upstreamAgents } from './proxy/upstream-agents.js';
import { routeOf } from './routing/route-of.js';
import { upstreamsOf } from './upstreams.js';

/** As the services read it: letters that cannot break a log line, a header or a shell. */
const correlationId = /^[A-Za-z0-9._-]{1,100}$/;

/** One address for all services, the API reference and the story page. */
export async function createFrontDoor(config: FrontDoorConfig): Promise<FastifyInstance> {
  const app = Fastify({
    logger: { level: config.LOG_LEVEL, base: { service: 'front-door' } },
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    genReqId: ({ headers }) => {
      const given = headers['x-correlation-id'];
      return typeof given === 'string' && correlationId.test(given) ? given : randomUUID();
    },
    clientErrorHandler: answerClientError,
    frameworkErrors: (_error, request, reply) => refuseTarget(request, reply),
    routerOptions: { maxParamLength: 2_000 },
    requestTimeout: 60_000,
    // As the services have it: a token that they accept must get through to them.
    http: { maxHeaderSize: 64 * 1024 },
  });
  const agents = upstreamAgents(config.UPSTREAM_CONNECTIONS);
  const upstreams = upstreamsOf(config, () => performance.now());
  const closing = new AbortController();
  app.addHook('preClose', async () => closing.abort());
  app.addHook('onClose', () => agents.close());
  app.addHook('onRequest', async (request, reply) => void reply.header('x-correlation-id', request.id));
  // Bodies go through as they come: nobody here reads them.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    request.log.error({ err: error }, 'failed');
    sendProblem(request, reply, 'internal');
  });

  registerHealth(app, { upstreams, agent: agents.requests, closing: closing.signal });
  await app.register((scope) => registerPages(scope, pageFolders(import.meta.dirname)));
  const proxy = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const route = routeOf(request.raw.url ?? '');
    if (route === 'unsafe') return refuseTarget(request, reply);
    const replicas = route === 'unknown' ? undefined : upstreams[route.upstream];
    if (route === 'unknown' || replicas === undefined) return sendProblem(request, reply, 'not_found');
    const { BODY_LIMIT_BYTES: bodyLimitBytes } = config;
    await forward(request, reply, { route, replicas, agents, bodyLimitBytes, closing: closing.signal });
  };
  app.all('/*', proxy);
  app.setNotFoundHandler((request, reply) => sendProblem(request, reply, 'not_found'));
  return app;
}

function refuseTarget(request: FastifyRequest, reply: FastifyReply): void {
  const message = 'must not hold dot segments, empty segments, backslashes or encoded separators';
  sendProblem(request, reply, 'invalid_request', { errors: [{ pointer: 'path', message }] });
}
