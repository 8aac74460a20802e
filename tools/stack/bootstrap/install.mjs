import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runLogged } from './logged.mjs';
import { BootstrapFailure, progress } from './report.mjs';
import { root } from './root.mjs';

const lock = join(root, 'package-lock.json');
const stamp = join(root, 'node_modules/.cache/octopus-installed');
/** Written by npm itself at the end of every install. */
const npmStamp = join(root, 'node_modules/.package-lock.json');

/** Is what package-lock.json asks for not (wholly) installed? */
export function needsInstall() {
  if (!existsSync(npmStamp)) return true;
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') !== lockHash();
  return statSync(npmStamp).mtimeMs < statSync(lock).mtimeMs;
}

export async function install() {
  progress('Installing packages with npm ci (the first time this takes a minute) …');
  const [command, ...args] = npm();
  await runLogged('npm-ci', command, [...args, 'ci', '--no-audit', '--no-fund']);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, lockHash());
}

function lockHash() {
  return createHash('sha256').update(readFileSync(lock)).digest('hex');
}

/** The npm that runs us, the one beside this Node, or the one in PATH. */
function npm() {
  const beside = join(dirname(process.execPath), '..', 'lib/node_modules/npm/bin/npm-cli.js');
  const script = [process.env.npm_execpath, beside].find(
    (path) => path?.endsWith('npm-cli.js') && existsSync(path),
  );
  if (script !== undefined) return [process.execPath, script];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const inPath = folders.map((folder) => join(folder, 'npm')).find((path) => existsSync(path));
  if (inPath !== undefined) return [inPath];
  throw new BootstrapFailure(
    'npm was not found: install it with Node (Debian, Ubuntu: sudo apt-get install npm)',
  );
}
