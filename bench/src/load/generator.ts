import { Connection } from './connection.js';
import { couponOf, type LoadOrder, type LoadPlan, type LoadResult } from './plan.js';

/** The load process: told what to do over IPC by its parent, answers each plan with its result. */
let people: readonly string[] = [];

process.on('message', (order: LoadOrder) => {
  if ('tokens' in order) people = order.tokens.map(bearer);
  else void run(order.plan).then((result) => process.send?.(result));
});
process.on('disconnect', () => process.exit());

async function run(plan: LoadPlan): Promise<LoadResult> {
  const latencies = new Float64Array(2_000_000);
  const tally: Record<string, number> = {};
  const errors: string[] = [];
  let [asked, answers] = [0, 0];
  const startedAt = performance.now();
  const until = startedAt + plan.seconds * 1000;
  const limit = plan.maxRequests ?? Infinity;
  const own = plan.token === undefined ? undefined : bearer(plan.token);

  const next = (): string | undefined => {
    if (asked >= limit || performance.now() >= until) return undefined;
    const request = asked++;
    return requestText(plan, request, own ?? people[request % people.length] ?? '');
  };
  const answered = ({ status, code }: { status: number; code: string }, milliseconds: number): void => {
    const name = code === '' ? String(status) : `${status} ${code}`;
    tally[name] = (tally[name] ?? 0) + 1;
    latencies[answers++] = milliseconds;
  };
  await Promise.all(
    Array.from({ length: plan.connections }, (_, index) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      const port = plan.ports[index % plan.ports.length] ?? 0;
      new Connection(port, next, answered, (problem) => {
        if (problem !== undefined) errors.push(problem);
        resolve();
      });
      return promise;
    }),
  );
  const sorted = latencies.subarray(0, answers).sort();
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, answers, tally, errors, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}

function requestText(plan: LoadPlan, request: number, authorization: string): string {
  const path = plan.path.replace(':couponId', couponOf(plan, request, people.length));
  const head = ` ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n${authorization}`;
  if (plan.method === 'GET') return `GET${head}\r\n`;
  const body = plan.bodies?.[request] ?? '{}';
  return (
    `POST${head}idempotency-key: ${plan.keyPrefix}-${request}\r\n` +
    `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  );
}

function bearer(token: string): string {
  return `authorization: Bearer ${token}\r\n`;
}

function quantile(sorted: Float64Array, part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}
