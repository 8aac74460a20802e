import { removeFolder, removeKeptServers } from '#servers';
import { cleanGiven } from './clean-given.js';
import { givenByEnvironment, rememberedGiven } from './given-record.js';
import { DEFAULT_NAMESPACE, namespaceOf } from './namespace.js';
import { type StackFolder, stackFolder } from './stack-folder.js';
import { StackFailure } from './stack-failure.js';
import { stop } from './stop.js';

/**
 * `npm run stack:reset`: stops the stack and removes its data. On given servers, those of the environment and of the
 * starts since the last reset, it drops only what carries their NAMESPACE.
 * @throws StackFailure when NAMESPACE is none (nothing is done then), or naming the given servers that could not be
 * cleaned; everything else is done by then
 */
export async function reset(env: NodeJS.ProcessEnv, folder: StackFolder = stackFolder()): Promise<void> {
  const named = givenByEnvironment(env, namespaceOf(env) ?? DEFAULT_NAMESPACE);
  await stop(folder);
  const failures: string[] = [];
  for (const given of [named, ...(await rememberedGiven(folder))])
    failures.push(...(await cleanGiven(given, (line) => console.log(line))));
  await removeKeptServers(folder.servers, env);
  // The record of given servers stays until all of them are clean.
  if (failures.length > 0) throw new StackFailure([...new Set(failures)].join('\n'));
  await removeFolder(folder.root);
  console.log('The data of this clone is removed');
}
