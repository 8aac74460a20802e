import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BootstrapFailure } from './report.mjs';
import { root } from './root.mjs';

const pinned = join(root, 'node_modules/node/bin/node');

/** Older ones cannot run the npm packages that are needed to get the pinned one. */
export function refuseOldNode() {
  if (isAtLeast(20, 19)) return;
  throw new BootstrapFailure(
    `Node ${process.versions.node} is too old: install Node 20.19 or newer (24 is best) and run this again`,
  );
}

/** Is there a Node that can run the built system: the pinned one, or the running one? */
export function hasUsableNode() {
  return existsSync(pinned) || isAtLeast(24, 9);
}

/** The Node that package.json pins; the running one where that could not be installed but is new enough for jest. */
export function pinnedNode() {
  if (existsSync(pinned)) return pinned;
  if (isAtLeast(24, 9)) return process.execPath;
  throw new BootstrapFailure(
    'node_modules lacks the pinned Node: run `npm rebuild node` (npm may be set to ignore install scripts), or use Node 24',
  );
}

function isAtLeast(major, minor) {
  const [thisMajor, thisMinor] = process.versions.node.split('.').map(Number);
  return thisMajor > major || (thisMajor === major && thisMinor >= minor);
}
