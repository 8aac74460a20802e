// npm run mutate:guards [-- --guard <name>]… [--some <n> --seed <n>]
// Takes each guard away in turn, in a copy of the tree, and runs the test that must notice. Fails when one stays green,
// when its patch no longer applies, or when its test is red with the guard in place.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readPatches } from './patches.mjs';
import { copyTree } from './tree-copy.mjs';
import { runTest } from './run-test.mjs';

const options = {
  guard: { type: 'string', multiple: true },
  some: { type: 'string' },
  seed: { type: 'string', default: '1' },
};

const { values } = parse();
const patches = chosen(await readPatches(), values);
const { findOrStartServers } = await import('#servers');
const servers = await findOrStartServers({ env: process.env, data: { kind: 'throwaway' }, mayInstall: true });
const folder = await mkdtemp(join(tmpdir(), 'octopus-guards-'));
const green = new Map();
let failures = 0;
try {
  const tree = await copyTree(folder);
  for (const patch of patches) {
    const { outcome, why = '' } = await prove(tree, patch);
    if (outcome !== 'red') failures += 1;
    const test = [patch.test, patch.name].filter(Boolean).join(' › ');
    print(`${outcome.padEnd(8)} ${patch.guard} → ${test}${why && `\n         ${why}`}`);
  }
} finally {
  await servers.stop();
  await rm(folder, { recursive: true, force: true });
}
print(`\n${patches.length - failures} guards proven, ${failures} not`);
process.exit(failures === 0 ? 0 : 1);

/** `red` is what is wanted: the test fails without the guard and passes with it. */
async function prove(tree, patch) {
  const applied = tree.apply(patch);
  if (!applied.ok) return { outcome: 'STALE', why: `the patch no longer applies: ${applied.why}` };
  const without = await runTest(tree.folder, patch, servers);
  await tree.restore(patch);
  if (without.broken) return { outcome: 'BROKEN', why: `the test did not run: ${without.why}` };
  if (without.failed === 0)
    return {
      outcome: 'GREEN',
      why: without.passed === 0 ? 'no test has that name' : 'nobody missed the guard',
    };
  const key = `${patch.test} ${patch.name}`;
  if (!green.has(key)) green.set(key, await runTest(tree.folder, patch, servers));
  const withIt = green.get(key);
  if (withIt.failed > 0 || withIt.broken)
    return { outcome: 'ALWAYS', why: `red with the guard, too: ${withIt.why}` };
  return { outcome: 'red' };
}

/** All, those named, or some by chance: the same ones for the same seed. */
function chosen(all, { guard, some, seed }) {
  if (guard !== undefined) {
    const unknown = guard.filter((name) => all.every((patch) => patch.file !== name));
    if (unknown.length > 0)
      fail(`no guard ${unknown.join(', ')}; there are ${all.map(({ file }) => file).join(', ')}`);
    return all.filter(({ file }) => guard.includes(file));
  }
  if (some === undefined) return all;
  const count = wholeNumber('some', some);
  const start = (wholeNumber('seed', seed) * count) % all.length;
  // In turns: every guard comes up after a few seeds.
  return [...all.slice(start), ...all.slice(0, start)].slice(0, count);
}

function parse() {
  try {
    return parseArgs({ options });
  } catch (error) {
    return fail(error.message);
  }
}

function wholeNumber(name, given) {
  return /^\d{1,9}$/.test(given) ? Number(given) : fail(`--${name} must be a whole number, not ${given}`);
}

function fail(message) {
  process.stderr.write(`${message}\nnpm run mutate:guards -- [--guard <name>]… [--some <n> --seed <n>]\n`);
  process.exit(2);
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
