import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runLogged } from './logged.mjs';
import { hasUsableNode } from './node-version.mjs';
import { BootstrapFailure } from './report.mjs';
import { root } from './root.mjs';

const lock = join(root, 'package-lock.json');
const stamp = join(root, 'node_modules/.cache/octopus-installed');
/** Written by npm itself at the end of every install. */
const npmStamp = join(root, 'node_modules/.package-lock.json');

/** Is what package-lock.json asks for not (wholly) installed? */
export function needsInstall() {
  if (!existsSync(npmStamp) || !hasUsableNode()) return true;
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') !== lockHash();
  return statSync(npmStamp).mtimeMs < statSync(lock).mtimeMs;
}

export async function install() {
  const [command, ...args] = npm();
  // Of all install scripts only that of the pinned Node is needed (see allowScripts in package.json, which older npms do
  // not know); others would compile optional parts for a minute, or fail where there is no compiler.
  await runLogged('npm-ci', command, [...args, 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    line: 'Installing packages with npm ci (the first time this takes a minute) …',
    howFar: packagesThere,
  });
  await runLogged('npm-rebuild', command, [...args, 'rebuild', 'node', '--ignore-scripts=false'], {
    line: 'Installing the Node that this project pins …',
  });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lockHash());
}

/** Of the folders that packages go to, those that are there; npm unpacks after it has fetched, so this starts late. */
function packagesThere() {
  const folders = Object.keys(JSON.parse(readFileSync(lock, 'utf8')).packages).filter((path) => path !== '');
  const there = folders.filter((path) => existsSync(join(root, path, 'package.json')));
  return `${there.length} of ${folders.length} packages`;
}

function lockHash() {
  return createHash('sha256').update(readFileSync(lock)).digest('hex');
}

/** The npm that runs us, the one beside this Node, or the one in PATH. */
function npm() {
  const node = lastingNode();
  const beside = join(dirname(node), '..', 'lib/node_modules/npm/bin/npm-cli.js');
  const script = [process.env.npm_execpath, beside].find(
    (path) => path?.endsWith('npm-cli.js') && existsSync(path),
  );
  if (script !== undefined) return [node, script];
  const npm = findInPath('npm');
  if (npm !== undefined) return [npm];
  throw new BootstrapFailure(
    'npm was not found: install it with Node (Debian, Ubuntu: sudo apt-get install npm)',
  );
}

/** npm puts the pinned Node first in PATH, so it may be the one that runs this: npm ci would delete it under us. */
function lastingNode() {
  const isOurs = (path) => path.startsWith(join(root, 'node_modules'));
  const node = [process.execPath, process.env.npm_node_execpath].find((path) => path && !isOurs(path));
  return node ?? findInPath('node') ?? process.execPath;
}

function findInPath(name) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const lasting = folders.filter((folder) => !folder.includes('node_modules'));
  return lasting.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
