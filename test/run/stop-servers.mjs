import { serversOfThisRun } from './servers-of-this-run.mjs';
import { dropEverythingNamed } from './drop-everything-named.mjs';

/** Jest's global teardown: stops what was started, and leaves servers that were given as they were found. */
export default async function stopServers() {
  const run = serversOfThisRun.get();
  if (run === undefined) return;
  try {
    await dropEverythingNamed(run);
  } finally {
    await run.servers.stop();
    serversOfThisRun.set(undefined);
  }
}
