import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { probeRedis } from '../probes.js';
import { type RunningServer, ServerUnavailable } from '../servers.js';
import { findRedis } from './find-program.js';
import { type ProgramData, writeWhole } from './program-data.js';
import { startProgram } from './start-program.js';

/**
 * Starts Redis from the machine's programs on a free loopback port. It never keeps data: PostgreSQL is the truth, and
 * an empty Redis at every start keeps the rebuild in use.
 */
export async function startRedisProgram(data: ProgramData, env: NodeJS.ProcessEnv): Promise<RunningServer> {
  const command = findRedis(env);
  if (command === undefined) throw new ServerUnavailable('Missing: Redis (redis-server)');
  const password = randomBytes(18).toString('base64url');
  const configuration = join(data.folder, 'redis.conf');
  return startProgram({
    kind: 'redis',
    data,
    portCount: 1,
    prepare: async ([port]) => {
      // In a file and not as arguments, which everybody on the machine can read.
      await writeWhole(configuration, settings(port ?? 0, password, data.folder), 0o600);
      return { command, args: [configuration], cwd: data.folder, env, deathSignal: 'KILL' };
    },
    address: ([port]) => `redis://:${password}@127.0.0.1:${port}`,
    probe: (url) => probeRedis(url, 1_000),
    stop: { signal: data.kept ? 'SIGTERM' : 'SIGKILL', graceMs: 5_000 },
  });
}

function settings(port: number, password: string, folder: string): string {
  return `port ${port}
bind 127.0.0.1
requirepass ${password}
dir ${JSON.stringify(folder)}
save ""
appendonly no
daemonize no
`;
}
