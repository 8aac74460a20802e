import type { FastifyInstance } from 'fastify';
import type { Dispatcher } from 'undici';
import { serviceNames } from '#contracts';
import { errorCode } from './proxy/upstream-agents.js';
import type { Upstreams } from './upstreams.js';

/** Milliseconds that a service may take to say that it is ready. */
const patienceMs = 2_000;

interface Check {
  name: string;
  ok: boolean;
  reason?: string;
}

/** `/health/live`: this process answers. `/health/ready`: of every service at least one replica is ready. */
export function registerHealth(
  app: FastifyInstance,
  { upstreams, agent, closing }: { upstreams: Upstreams; agent: Dispatcher; closing: AbortSignal },
): void {
  app.get('/health/live', async () => ({ ok: true, checks: [] }));
  app.get('/health/ready', async (_request, reply) => {
    const checks: Check[] = await Promise.all(
      serviceNames.map(async (name) => ({ name, ...(await anyReady(upstreams[name].replicas, agent)) })),
    );
    if (closing.aborted) checks.push({ name: 'draining', ok: false, reason: 'the process is stopping' });
    const ok = checks.every((check) => check.ok);
    return reply.code(ok ? 200 : 503).send({ ok, checks });
  });
}

async function anyReady(replicas: readonly string[], agent: Dispatcher): Promise<Omit<Check, 'name'>> {
  const faults = await Promise.all(replicas.map((origin) => fault(origin, agent)));
  const ok = faults.includes(undefined);
  return ok ? { ok } : { ok, reason: faults.join('; ') };
}

async function fault(origin: string, agent: Dispatcher): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const { statusCode, body } = await agent.request({
      origin,
      path: '/health/ready',
      method: 'GET',
      signal,
    });
    await body.dump();
    return statusCode === 200 ? undefined : `answered ${statusCode}`;
  } catch (error) {
    return errorCode(error) ?? 'no answer';
  }
}
