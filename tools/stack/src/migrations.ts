import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceName } from '#contracts';
import { cloneRoot } from '#servers';
import type { Infrastructure } from './infrastructure.js';
import { runToEnd } from './program.js';
import { migrationEnv } from './program-env.js';
import type { StackFolder } from './stack-folder.js';

/** Runs jobs with at most `limit` at a time, in the order in which they were asked for. */
export function atMost(limit: number): <T>(job: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (job) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await job();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** Brings one service's database up to date. */
export async function migrate(
  service: ServiceName,
  place: { infrastructure: Infrastructure; folder: StackFolder; env: NodeJS.ProcessEnv },
): Promise<void> {
  const script = `dist/services/${service}/src/migrate.js`;
  if (!existsSync(join(cloneRoot(), script))) return;
  const env = migrationEnv(service, place.infrastructure, place.env);
  await runToEnd({ name: `${service}-migrate`, script, env }, place.folder);
}
