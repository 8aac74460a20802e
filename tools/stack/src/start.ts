import { removeFolder } from '#servers';
import { announcement, readyLine } from './announce.js';
import { cleanGiven } from './clean-given.js';
import { refuseTakenPort } from './front-door-port.js';
import { type GivenServers, forgetGiven } from './given-record.js';
import { type FoundServers, exportLines, prepareServers, startServers } from './infrastructure.js';
import { LifeLine } from './life-line.js';
import type { StackOptions } from './options.js';
import { claimFolder, noteReady, releaseFolder } from './running-stack.js';
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
  const records = stackFolder();
  await makeStackFolder(records);
  await makeStackFolder(folder);
  await claimFolder(folder, options.infraOnly ? 'servers only' : `http://127.0.0.1:${options.port}`);
  const life = new LifeLine();
  const signal = firstSignal();
  let found: Promise<FoundServers> | undefined;
  let running: Promise<void> | undefined;
  try {
    if (!options.infraOnly) await refuseTakenPort(options.port);
    found = startServers({ folder, records, env, throwaway: options.throwaway, progress });
    running = bringUp(options, { found, folder, env, life });
    await Promise.race([running.then(() => life.death).then(fail), life.death.then(fail), signal]);
    progress('Stopping …');
    await life.stop();
    // What was just being started when the signal came stops itself as soon as it is there.
    await running.catch(() => undefined);
    progress('Stopped');
  } finally {
    await life.stop();
    await releaseFolder(folder);
    if (options.throwaway) {
      await running?.catch(() => undefined);
      await leaveNothing((await found?.catch(() => undefined))?.given, records);
      await removeFolder(folder.root);
    }
  }
}

/** What could not be dropped stays noted, for the next reset. */
async function leaveNothing(given: GivenServers | undefined, records: StackFolder): Promise<void> {
  if (given === undefined) return;
  const failures = await cleanGiven(given, progress);
  failures.forEach((line) => console.error(line));
  if (failures.length === 0) await forgetGiven(records, given);
}

async function bringUp(
  options: StackOptions,
  place: { found: Promise<FoundServers>; folder: StackFolder; env: NodeJS.ProcessEnv; life: LifeLine },
): Promise<void> {
  const { folder, env, life } = place;
  const { servers, namespace } = await place.found;
  await life.addServers(servers);
  if (life.isStopping) return;
  const infrastructure = await prepareServers(servers, namespace);
  const ready = (what: string): string => readyLine(what, env, servers.origin);
  try {
    if (options.infraOnly) {
      await infrastructure.topicsReady;
      [...exportLines(infrastructure), ready('servers only')].forEach(progress);
      return;
    }
    progress('Databases are there; migrating and starting the services …');
    const addresses = await chooseAddresses(options.port);
    await startSystem({ infrastructure, addresses, folder, env, life, progress });
    await seedDemo({ frontDoorUrl: addresses.frontDoor });
    if (life.isStopping) return;
    await noteReady(folder);
    [
      ...announcement(addresses, folder, { brokers: servers.kafkaBrokers, namespace }),
      ready(addresses.frontDoor),
    ].forEach(progress);
  } finally {
    await infrastructure.topicsReady.catch(() => undefined);
  }
}

function fail(message: string): never {
  throw new StackFailure(message);
}
