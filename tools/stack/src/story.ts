import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cloneRoot } from '#servers';
import { extractStory } from './story-script.js';
import { readyFrontDoor } from './running-stack.js';
import { stackFolder } from './stack-folder.js';
import { runStory, withOwnStack } from './story-run.js';
import { StackFailure, describeFailure } from './stack-failure.js';

process.exitCode = await tellStory().catch((error: unknown) => {
  console.error(describeFailure(error, process.argv.includes('--debug')));
  return 1;
});

/**
 * Runs README's story against FRONT_DOOR_URL, or the running stack of this clone, or a stack of its own that is gone
 * afterwards.
 */
async function tellStory(): Promise<number> {
  const parts = extractStory(await readFile(join(cloneRoot(), 'README.md'), 'utf8').catch(() => ''));
  if (parts.length === 0) throw new StackFailure('README.md has no block that begins with ```sh story');
  const given = process.env['FRONT_DOOR_URL'] || (await readyFrontDoor(stackFolder()));
  const tell = (frontDoorUrl: string): Promise<number> => runStory(parts, frontDoorUrl);
  return given ? tell(given.replace(/\/$/, '')) : withOwnStack(tell);
}
