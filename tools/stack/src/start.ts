import { removeFolder } from '#servers';
import { announcement, readyLine } from './announce.js';
import { refuseTakenPort } from './front-door-port.js';
import { exportLines, prepareServers, startServers } from './infrastructure.js';
import { LifeLine } from './life-line.js';
import type { StackOptions } from './options.js';
import { claimFolder, releaseFolder } from './running-stack.js';
import { seedDemo } from './seed.js';
import { firstSignal } from './signals.js';
import { type StackFolder, makeStackFolder, stackFolder, throwawayStackFolder } from './stack-folder.js';
import { StackFailure } from './stack-failure.js';
import { chooseAddresses, startSystem } from './system.js';

const progress = (line: string): void => console.log(line);

/**
 * `npm start`: brings everything up, stays until a signal or until something of ours dies, then stops everything.
 * @throws StackFailure or ServerUnavailable when it cannot start or has lost a part; all is stopped by then
 */
export async function start(options: StackOptions, env: NodeJS.ProcessEnv): Promise<void> {
  const folder = options.throwaway ? throwawayStackFolder() : stackFolder();
  await makeStackFolder(folder);
  await claimFolder(folder, options.infraOnly ? 'servers only' : `http://127.0.0.1:${options.port}`);
  const life = new LifeLine();
  const signal = firstSignal();
  try {
    if (!options.infraOnly) await refuseTakenPort(options.port);
    const running = bringUp(options, { folder, env, life });
    await Promise.race([running.then(() => life.death).then(fail), life.death.then(fail), signal]);
    progress('Stopping …');
    await life.stop();
    // What was just being started when the signal came stops itself as soon as it is there.
    await running.catch(() => undefined);
    progress('Stopped');
  } finally {
    await life.stop();
    await releaseFolder(folder);
    if (options.throwaway) await removeFolder(folder.root);
  }
}

async function bringUp(
  options: StackOptions,
  { folder, env, life }: { folder: StackFolder; env: NodeJS.ProcessEnv; life: LifeLine },
): Promise<void> {
  const { servers, namespace } = await startServers(folder, env, progress);
  await life.addServers(servers);
  if (life.isStopping) return;
  const infrastructure = await prepareServers(servers, namespace);
  if (options.infraOnly) {
    await infrastructure.topicsReady;
    [...exportLines(infrastructure), readyLine('servers only', env)].forEach(progress);
    return;
  }
  progress('Databases are there; migrating and starting the services …');
  const addresses = await chooseAddresses(options.port);
  await startSystem({ infrastructure, addresses, folder, env, life, progress });
  await seedDemo({ frontDoorUrl: addresses.frontDoor });
  if (life.isStopping) return;
  [...announcement(addresses, folder), readyLine(addresses.frontDoor, env)].forEach(progress);
}

function fail(message: string): never {
  throw new StackFailure(message);
}
